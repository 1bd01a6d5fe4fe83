package hvfhir;

import java.util.List;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.Narrative;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.utilities.xhtml.NodeType;
import org.hl7.fhir.utilities.xhtml.XhtmlNode;

/**
 * How alike two of HAPI's trees are: by its equalsDeep, and by the text of dates and times, whose zone and precision equalsDeep does
 * not see; then again without what HAPI itself changes.
 */
enum Likeness {
  SAME("the same"),
  /** HAPI's XML writer makes one space of the blanks in a narrative; XML itself does so with line ends in an attribute. */
  BAR_BLANKS("the same bar blanks in narratives"),
  /** HAPI's JSON parser writes exponents out, so 1.0E+2 becomes 100: the value stays, how exact it is does not. */
  BAR_EXPONENTS("the same bar the exponents of decimals"),
  DIFFERENT("different");

  final String words;

  Likeness(String words) {
    this.words = words;
  }

  static Likeness of(Resource one, Resource other) {
    if (!times(one).equals(times(other))) return DIFFERENT;
    if (one.equalsDeep(other)) return SAME;
    if (withoutBlanks(one).equalsDeep(withoutBlanks(other))) return BAR_BLANKS;
    return withoutExponents(one).equalsDeep(withoutExponents(other)) ? BAR_EXPONENTS : DIFFERENT;
  }

  private static List<String> times(Resource resource) {
    return all(BaseDateTimeType.class, resource).map(BaseDateTimeType::getValueAsString).toList();
  }

  private static Resource withoutBlanks(Resource resource) {
    Resource copy = resource.copy();
    all(Narrative.class, copy).forEach(narrative -> collapseBlanks(narrative.getDiv()));
    return copy;
  }

  /** Blanks in `pre` mean something and stay. */
  private static void collapseBlanks(XhtmlNode node) {
    if (node.getNodeType() == NodeType.Text) node.setContent(oneSpace(node.getContent()));
    node.getAttributes().replaceAll((name, value) -> oneSpace(value));
    if ("pre".equals(node.getName())) return;
    for (XhtmlNode child : node.getChildNodes()) collapseBlanks(child);
  }

  private static String oneSpace(String text) {
    return text.replaceAll("[ \\t\\r\\n]+", " ");
  }

  private static Resource withoutExponents(Resource resource) {
    Resource copy = resource.copy();
    all(DecimalType.class, copy)
        .filter(decimal -> decimal.hasValue() && decimal.getValue().scale() < 0)
        .forEach(decimal -> decimal.setValue(decimal.getValue().setScale(0)));
    return copy;
  }

  /** Everything of a type in a tree, also in the resources that it holds, in their order. */
  private static <T extends Base> Stream<T> all(Class<T> type, Base tree) {
    Stream<T> below = childrenOf(tree).flatMap(child -> all(type, child));
    return type.isInstance(tree) ? Stream.concat(Stream.of(type.cast(tree)), below) : below;
  }

  /** HAPI's children() of a MetadataResource has not what every DomainResource has. */
  private static Stream<Base> childrenOf(Base tree) {
    Stream<Base> children = tree.children().stream().flatMap(property -> property.getValues().stream());
    if (!(tree instanceof MetadataResource resource)) return children;
    return Stream.of(
            Stream.of(resource.getMeta(), resource.getText()),
            resource.getContained().stream(),
            resource.getExtension().stream(),
            resource.getModifierExtension().stream(),
            children)
        .flatMap(part -> part);
  }
}
