package hvfhir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Resource;

/**
 * RoundTrip HVFHIR EXAMPLES FOLDER: HAPI judges what the program hvfhir reads and writes of HL7's examples (the package's folder),
 * in both formats. FOLDER is empty and takes what is written. Exit codes: 0 all as it should be, 1 something is not.
 */
final class RoundTrip {
  /** The specification's own definitions are no examples. */
  private static final String NO_EXAMPLE =
      "(package|\\..*|(CodeSystem|CompartmentDefinition|ConceptMap|OperationDefinition|SearchParameter|StructureDefinition|ValueSet)-.*)\\.json";

  /** Where HAPI's reading of our XML is not the very same as its reading of the original; Likeness says why. */
  private static final Map<String, Likeness> CHANGED_BY_HAPI =
      Map.of(
          "Bundle-resources.json", Likeness.BAR_BLANKS,
          "Bundle-types.json", Likeness.BAR_BLANKS,
          "Observation-decimal.json", Likeness.BAR_EXPONENTS);

  private final Hapi hapi = new Hapi();
  private final String hvfhir;
  private final Path folder;
  private final List<String> names;
  private boolean failed = false;

  private RoundTrip(String hvfhir, Path examples, Path folder) throws IOException {
    this.hvfhir = hvfhir;
    this.folder = folder;
    Files.createDirectories(folder.resolve("original"));
    Files.createDirectories(folder.resolve("hapi-xml"));
    try (Stream<Path> files = Files.list(examples)) {
      names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".json") && !name.matches(NO_EXAMPLE))
              .sorted()
              .toList();
    }
    for (String name : names) Files.createSymbolicLink(folder.resolve("original").resolve(name), examples.resolve(name));
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    RoundTrip judge = new RoundTrip(arguments[0], Path.of(arguments[1]).toRealPath(), Path.of(arguments[2]));
    String blind = Controls.blindTo(judge.hapi);
    if (!blind.isEmpty()) {
      System.out.println("FAILED the judge is blind to " + blind);
      System.exit(1);
    }
    judge.run();
    System.exit(judge.failed || judge.names.isEmpty() ? 1 : 0);
  }

  /** HAPI's verdicts on one example. */
  private record Verdicts(Likeness xml, Likeness json, Likeness back, Likeness backByItself) {}

  private void run() throws IOException, InterruptedException {
    convert("xml", "original", "our-xml");
    convert("json", "original", "our-json");
    names.parallelStream().forEach(this::writeXmlByHapi);
    convert("json", "hapi-xml", "our-json-of-hapi-xml");
    Map<String, Verdicts> verdicts = new TreeMap<>();
    names.parallelStream()
        .forEach(
            name -> {
              Verdicts of = judge(name);
              synchronized (verdicts) {
                verdicts.put(name, of);
              }
            });
    tell("original JSON -> our XML -> HAPI", verdicts, Verdicts::xml);
    tell("original JSON -> our JSON -> HAPI", verdicts, Verdicts::json);
    tell("original JSON -> HAPI's XML -> our JSON -> HAPI", verdicts, Verdicts::back);
    tell("  the same, against HAPI's own reading of its XML", verdicts, Verdicts::backByItself);
    verdicts.forEach(this::complainOf);
  }

  private void convert(String to, String from, String into) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(hvfhir, "convert", "--to", to, "--output", folder.resolve(into).toString(), folder.resolve(from).toString())
            .inheritIO()
            .start();
    if (process.waitFor() == 0) return;
    System.out.println("FAILED hvfhir convert --to " + to + " of " + from);
    failed = true;
  }

  /** HAPI's writer changes what it writes, and its copy() loses what is contained: the original is read again to be compared with. */
  private void writeXmlByHapi(String name) {
    write("hapi-xml", xmlOf(name), hapi.writeXml(hapi.readJson(read("original", name))));
  }

  private Verdicts judge(String name) {
    Resource original = hapi.readJson(read("original", name));
    Optional<Resource> back = readByHapi("our-json-of-hapi-xml", name);
    return new Verdicts(
        likeness(original, readByHapi("our-xml", xmlOf(name))),
        likeness(original, readByHapi("our-json", name)),
        likeness(original, back),
        likeness(hapi.readXml(read("hapi-xml", xmlOf(name))), back));
  }

  private Optional<Resource> readByHapi(String from, String file) {
    try {
      String text = read(from, file);
      return Optional.of(file.endsWith(".xml") ? hapi.readXml(text) : hapi.readJson(text));
    } catch (RuntimeException refused) {
      System.out.println("REFUSED by HAPI: " + from + "/" + file + ": " + refused.getMessage());
      return Optional.empty();
    }
  }

  private static Likeness likeness(Resource wanted, Optional<Resource> read) {
    return read.map(resource -> Likeness.of(wanted, resource)).orElse(Likeness.DIFFERENT);
  }

  private interface Direction {
    Likeness of(Verdicts verdicts);
  }

  private void tell(String direction, Map<String, Verdicts> verdicts, Direction which) {
    Map<Likeness, Integer> counts = new EnumMap<>(Likeness.class);
    verdicts.values().forEach(of -> counts.merge(which.of(of), 1, Integer::sum));
    int equal = verdicts.size() - counts.getOrDefault(Likeness.DIFFERENT, 0);
    StringBuilder line = new StringBuilder(direction + ": " + equal + " of " + verdicts.size() + " equal");
    counts.forEach((likeness, count) -> line.append("; ").append(count).append(' ').append(likeness.words));
    System.out.println(line);
  }

  private void complainOf(String name, Verdicts of) {
    Likeness wanted = CHANGED_BY_HAPI.getOrDefault(name, Likeness.SAME);
    if (of.xml != wanted) complain(name + ": our XML is " + of.xml.words + ", not " + wanted.words);
    if (of.json != Likeness.SAME) complain(name + ": our JSON is " + of.json.words);
    if (of.backByItself != Likeness.SAME) complain(name + ": our reading of HAPI's XML is " + of.backByItself.words);
    if (of.back != Likeness.SAME && of.back != Likeness.BAR_BLANKS) complain(name + ": HAPI's XML comes back " + of.back.words);
  }

  private void complain(String sentence) {
    System.out.println("FAILED " + sentence);
    failed = true;
  }

  private static String xmlOf(String name) {
    return name.replaceFirst("json$", "xml");
  }

  private String read(String from, String file) {
    try {
      return Files.readString(folder.resolve(from).resolve(file));
    } catch (IOException error) {
      throw new IllegalStateException("it is not there", error);
    }
  }

  private void write(String into, String file, String text) {
    try {
      Files.writeString(folder.resolve(into).resolve(file), text);
    } catch (IOException error) {
      throw new IllegalStateException("it cannot be written", error);
    }
  }
}
