package hvfhir;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.DataFormatException;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.StrictErrorHandler;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.Resource;

/** HAPI's parsers, strict: an unknown element, a wrong value or a value too many is an exception. Threads may share it. */
final class Hapi {
  private static final Pattern NARRATIVE = Pattern.compile("<div xmlns=.*?</div>(</text>|\")", Pattern.DOTALL);
  private static final Pattern TAG = Pattern.compile("<[a-zA-Z][^<>]*>");

  private final FhirContext context = FhirContext.forR4();

  Resource readXml(String text) {
    return (Resource) strict(context.newXmlParser()).parseResource(withoutGreaterSigns(text));
  }

  Resource readJson(String given) {
    String text = withoutGreaterSigns(given);
    try {
      return (Resource) strict(context.newJsonParser()).parseResource(text);
    } catch (DataFormatException refused) {
      String mended = withArraysBeside(text);
      if (mended.equals(text)) throw refused;
      return (Resource) strict(context.newJsonParser()).parseResource(mended);
    }
  }

  String writeXml(Resource resource) {
    return strict(context.newXmlParser()).encodeResourceToString(resource);
  }

  /**
   * HAPI takes the extensions of a list's items only where the list itself stands before them. FHIR lets it be left out when no item
   * has a value, as nine examples do: "_event": [{...}]. The same with "event": [null] is what HAPI can read.
   */
  private static String withArraysBeside(String json) {
    return json.replaceAll("\"_event\"\\s*:\\s*\\[", "\"event\":[null],$0");
  }

  /**
   * HAPI's XML parser takes a "&gt;" in an attribute of a narrative for the end of the tag, for it writes the attribute out without its
   * escape and reads that again. So HAPI is given another sign there, in JSON as in XML.
   */
  private static String withoutGreaterSigns(String text) {
    return replaceAll(NARRATIVE, text, narrative -> replaceAll(TAG, narrative, tag -> tag.replace("&gt;", "\u203A")));
  }

  private static String replaceAll(Pattern pattern, String text, UnaryOperator<String> by) {
    return pattern.matcher(text).replaceAll(match -> Matcher.quoteReplacement(by.apply(match.group())));
  }

  /** Nothing is to be left out or rewritten on the way. */
  private static IParser strict(IParser parser) {
    parser.setParserErrorHandler(new StrictErrorHandler());
    parser.setOverrideResourceIdWithBundleEntryFullUrl(false);
    parser.setStripVersionsFromReferences(false);
    return parser;
  }
}
