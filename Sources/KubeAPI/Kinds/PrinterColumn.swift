/// A column of the table of a custom kind, as its definition asks for it: one entry of `additionalPrinterColumns`.
public struct PrinterColumn: Hashable, Sendable {
    /// The heading.
    public var name: String
    /// `string`, `integer`, `number`, `boolean` or `date`.
    public var type: String
    /// How the value is meant, such as `int64` or `date-time`; empty for no word on it.
    public var format: String
    /// What the column shows; empty for no word on it.
    public var description: String
    /// 0 for a column that always stands, more for one that stands with `-o wide` alone.
    public var priority: Int
    /// Where the value stands in the object, such as `.status.phase`.
    public var jsonPath: String

    /// Makes a column.
    ///
    /// - Parameters:
    ///   - name: the heading.
    ///   - type: `string`, `integer`, `number`, `boolean` or `date`.
    ///   - format: how the value is meant.
    ///   - description: what the column shows.
    ///   - priority: 0 for a column that always stands.
    ///   - jsonPath: where the value stands in the object.
    public init(
        name: String, type: String, format: String = "", description: String = "", priority: Int = 0, jsonPath: String
    ) {
        self.name = name
        self.type = type
        self.format = format
        self.description = description
        self.priority = priority
        self.jsonPath = jsonPath
    }
}
