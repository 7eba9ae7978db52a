import Beehive

/// The head of a table's column.
struct TableColumn: Sendable {
    /// The heading; kubectl shows it in capitals.
    var name: String
    /// The type of its cells, as OpenAPI names it.
    var type = "string"
    /// `name` for the column that stands for the object itself.
    var format = ""
    /// What it shows.
    var description: String
    /// 0 for a column that always stands, 1 for one that stands with `-o wide` alone.
    var priority = 0

    /// The column as the API says it.
    var json: JSONValue {
        [
            "name": JSONValue(text: name), "type": JSONValue(text: type), "format": JSONValue(text: format),
            "description": JSONValue(text: description), "priority": JSONValue(integer: priority),
        ]
    }

    static let name = TableColumn(name: "Name", format: "name", description: "The object's name within its kind.")
    static let age = TableColumn(name: "Age", description: "The time since the object was created.")
    static let createdAt = TableColumn(
        name: "Created At", type: "date", description: "When the object was created, in UTC.")

    /// A column of texts that always stands.
    static func text(_ name: String, _ description: String) -> TableColumn {
        TableColumn(name: name, description: description)
    }

    /// A column of whole numbers that always stands.
    static func integer(_ name: String, _ description: String) -> TableColumn {
        TableColumn(name: name, type: "integer", description: description)
    }

    /// A column that stands with `-o wide` alone.
    static func wide(_ name: String, _ description: String) -> TableColumn {
        TableColumn(name: name, description: description, priority: 1)
    }
}

/// How one kind becomes rows.
struct RowPrinter: Sendable {
    /// The columns.
    var columns: [TableColumn]
    /// The cells of one object, as many as columns.
    var cells: @Sendable (PrintedObject) -> [JSONValue]
    /// What a row says of itself besides its cells; pods alone do.
    var conditions: @Sendable (ObjectView) -> JSONValue?

    init(
        _ columns: [TableColumn], conditions: @escaping @Sendable (ObjectView) -> JSONValue? = { _ in nil },
        cells: @escaping @Sendable (PrintedObject) -> [JSONValue]
    ) {
        self.columns = columns
        self.conditions = conditions
        self.cells = cells
    }
}

/// An object on its way into a row.
struct PrintedObject {
    let object: ObjectView
    /// Milliseconds since 1970.
    let now: Int64

    var metadata: ObjectView { object["metadata"] }
    var spec: ObjectView { object["spec"] }
    var status: ObjectView { object["status"] }
    /// The name's cell.
    var name: JSONValue { text(metadata["name"].text) }
    /// The age's cell.
    var age: JSONValue { text(since(metadata["creationTimestamp"])) }
    /// Whether the object is on its way out.
    var isDeleted: Bool { !metadata["deletionTimestamp"].text.isEmpty }

    /// How long ago a time was.
    func since(_ timestamp: ObjectView) -> String { HumanAge.since(timestamp, now: now) }
    /// A text's cell.
    func text(_ text: String) -> JSONValue { JSONValue(text: text) }
    /// A number's cell; 0 when it is absent.
    func number(_ view: ObjectView) -> JSONValue { JSONValue(integer: view.integer ?? 0) }
    /// Two numbers of which the first grows towards the second.
    func ratio(_ part: ObjectView, of whole: ObjectView) -> JSONValue {
        text("\(part.integer ?? 0)/\(whole.integer ?? 0)")
    }
}
