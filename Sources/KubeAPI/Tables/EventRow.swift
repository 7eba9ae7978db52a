import Beehive

/// The rows of events, in the core group's form and in that of `events.k8s.io`.
enum EventRow {
    static let printer = RowPrinter([
        .text("Last Seen", "The time since it last happened."), .text("Type", "Whether it is normal or a warning."),
        .text("Reason", "What happened, in one word."), .text("Object", "What it happened to."),
        .wide("Subobject", "Which part of that."), .wide("Source", "Who saw it."), .text("Message", "What happened."),
        .wide("First Seen", "The time since it first happened."), .wide("Count", "How often it happened."),
        TableColumn(name: "Name", format: "name", description: "The object's name within its kind.", priority: 1),
    ]) { event in
        let view = event.object
        /// The field of either form.
        func field(_ name: String, _ other: String) -> ObjectView { view[name].isPresent ? view[name] : view[other] }
        let first = since(event, [field("firstTimestamp", "deprecatedFirstTimestamp"), view["eventTime"]])
        let last = field("lastTimestamp", "deprecatedLastTimestamp")
        let series = view["series"]
        let seen =
            series.isPresent ? event.since(series["lastObservedTime"]) : last.isPresent ? event.since(last) : first
        let count = series.isPresent ? series["count"].integer : field("count", "deprecatedCount").integer
        let object = field("involvedObject", "regarding")
        let (kind, name) = (object["kind"].text.lowercased(), object["name"].text)
        return [
            seen, view["type"].text, view["reason"].text, name.isEmpty ? kind : "\(kind)/\(name)",
            object["fieldPath"].text, source(view, field("source", "deprecatedSource")),
            trimmed(field("message", "note").text), first,
        ].map { event.text($0) } + [JSONValue(integer: max(count ?? 1, 1)), event.name]
    }

    /// The time since the first of several timestamps that is there.
    private static func since(_ event: PrintedObject, _ times: [ObjectView]) -> String {
        event.since(times.first { !$0.text.isEmpty } ?? ObjectView(nil))
    }

    private static func source(_ view: ObjectView, _ source: ObjectView) -> String {
        let component = source["component"].text(
            or: view["reportingController"].text(or: view["reportingComponent"].text))
        let instance = source["host"].text(or: view["reportingInstance"].text)
        return instance.isEmpty ? component : "\(component), \(instance)"
    }

    private static func trimmed(_ text: String) -> String {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
        let scalars = text.unicodeScalars
        let head = scalars.drop(while: isSpace)
        guard let end = head.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(head[...end])
    }
}
