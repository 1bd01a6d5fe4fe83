package hvfhir;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * HAPI's instance validator as a measuring program of conformance/bench/library, spoken to as worker.h there says. The arguments are
 * resources as JSON; of each, case 2n validates it parsed, case 2n+1 from its text.
 */
public final class ValidationBench {
  private final FhirContext context = FhirContext.forR4();
  private final FhirValidator validator;

  private ValidationBench() {
    // The chain that HAPI documents; it caches what it finds.
    ValidationSupportChain support = new ValidationSupportChain(new DefaultProfileValidationSupport(context),
        new CommonCodeSystemsTerminologyService(context), new InMemoryTerminologyServerValidationSupport(context));
    validator = context.newValidator().registerValidatorModule(new FhirInstanceValidator(support));
  }

  public static void main(String[] files) throws IOException {
    new ValidationBench().serve(files);
  }

  private void serve(String[] files) throws IOException {
    List<Runnable> cases = new ArrayList<>();
    List<String> issues = new ArrayList<>();
    for (String file : files) {
      String text = Files.readString(Path.of(file));
      IBaseResource resource = context.newJsonParser().parseResource(text);
      issues.add(String.valueOf(validator.validateWithResult(resource).getMessages().size()));
      cases.add(() -> validator.validateWithResult(resource));
      cases.add(() -> validator.validateWithResult(text));
    }
    System.out.println("{\"issues\":[" + String.join(",", issues) + "]}");
    BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      String[] words = line.split(" ");
      System.out.println(nanosecondsOf(cases.get(Integer.parseInt(words[0])), Double.parseDouble(words[1]) * 1e6));
    }
  }

  private static double nanosecondsOf(Runnable once, double least) {
    for (long repetitions = 1;; repetitions *= 2) {
      long start = System.nanoTime();
      for (long i = 0; i < repetitions; ++i) {
        once.run();
      }
      long took = System.nanoTime() - start;
      if (took >= least) {
        return (double) took / repetitions;
      }
    }
  }
}
