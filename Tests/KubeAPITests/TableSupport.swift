import Beehive
import KubeAPI

/// The moment from which ages are told in these tests.
let tableNow: Int64 = KubernetesTimestamp.milliseconds("2026-11-21T12:00:00Z") ?? 0

/// A timestamp so many seconds before that moment.
func ago(_ seconds: Int64) -> JSONValue { JSONValue(text: KubernetesTimestamp.text(tableNow - seconds * 1000)) }

/// A kind of a resource; what it is called does not matter here.
func kind(_ group: String, _ plural: String, isCustom: Bool = false) -> KubeKind {
    var kind = KubeKind(
        resource: KubeKind.Resource(group: group, version: "v1", plural: plural), kind: "Thing", isNamespaced: true)
    kind.isCustom = isCustom
    return kind
}

/// One object's cells as text, joined by ` | `.
func cells(
    _ group: String, _ plural: String, _ object: JSONValue, isCustom: Bool = false, columns: [PrinterColumn]? = nil
) -> String {
    let table = ObjectTable(kind: kind(group, plural, isCustom: isCustom), columns: columns)
    let row = table.row(object, now: tableNow)
    return (row["cells"]?.elements ?? []).map { $0.text ?? String(decoding: $0.json, as: UTF8.self) }.joined(
        separator: " | ")
}

/// Metadata with a name and an age of five minutes.
func named(_ name: String, _ more: JSONValue = [:]) -> JSONValue {
    var metadata: JSONValue = ["name": JSONValue(text: name), "creationTimestamp": ago(300)]
    for member in more.members { metadata[member.key] = member.value }
    return metadata
}
