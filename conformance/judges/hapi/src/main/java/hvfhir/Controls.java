package hvfhir;

/** Pairs that the judge must tell apart; one that it takes for the same would make its verdicts worthless. */
final class Controls {
  private static final String[][] DIFFERENT = {
    {"the digits of a decimal", observation("\"valueQuantity\":{\"value\":1.50}"), observation("\"valueQuantity\":{\"value\":1.5}")},
    {"an extension of a primitive", observation("\"_status\":{\"extension\":[{\"url\":\"http://a\",\"valueCode\":\"x\"}]}"),
      observation("\"_status\":{\"extension\":[{\"url\":\"http://a\",\"valueCode\":\"y\"}]}")},
    {"the order of items", observation("\"note\":[{\"text\":\"a\"},{\"text\":\"b\"}]"), observation("\"note\":[{\"text\":\"b\"},{\"text\":\"a\"}]")},
    {"the id of an element", observation("\"code\":{\"id\":\"a\",\"text\":\"c\"}"), observation("\"code\":{\"id\":\"b\",\"text\":\"c\"}")},
    {"a contained resource", observation("\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true}]"),
      observation("\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":false}]")},
    {"the zone of an instant", observation("\"issued\":\"2020-01-01T12:00:00Z\""), observation("\"issued\":\"2020-01-01T13:00:00+01:00\"")},
    {"the precision of a date", observation("\"effectiveDateTime\":\"2020\""), observation("\"effectiveDateTime\":\"2020-01\"")},
    {"the precision of a date in a Bundle", bundle("\"effectiveDateTime\":\"2020\""), bundle("\"effectiveDateTime\":\"2020-01\"")},
    {"the precision of a date in a definition's meta",
      "{\"resourceType\":\"Library\",\"meta\":{\"lastUpdated\":\"2020-01-01T12:00:00Z\"}}",
      "{\"resourceType\":\"Library\",\"meta\":{\"lastUpdated\":\"2020-01-01T12:00:00.0Z\"}}"},
    {"a narrative's words", narrative("<p>one</p>"), narrative("<p>two</p>")},
    {"a narrative's markup", narrative("<p>one</p>"), narrative("<p><b>one</b></p>")},
    {"blanks where they mean something", narrative("<pre>a  b</pre>"), narrative("<pre>a b</pre>")},
  };

  /** What the judge does not see; empty when it sees everything. */
  static String blindTo(Hapi hapi) {
    StringBuilder blind = new StringBuilder();
    for (String[] pair : DIFFERENT) {
      Likeness likeness = Likeness.of(hapi.readJson(pair[1]), hapi.readJson(pair[2]));
      if (likeness != Likeness.DIFFERENT) blind.append(blind.isEmpty() ? "" : ", ").append(pair[0]);
    }
    return blind.toString();
  }

  private static String observation(String member) {
    return "{\"resourceType\":\"Observation\",\"status\":\"final\"," + member + "}";
  }

  private static String bundle(String member) {
    return "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":" + observation(member) + "}]}";
  }

  private static String narrative(String content) {
    return observation("\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">" + content + "</div>\"}");
  }
}
