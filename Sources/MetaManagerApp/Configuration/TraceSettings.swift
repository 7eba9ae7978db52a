/// The recording of decisions.
public struct TraceSettings: Sendable, Hashable {
    /// `trace.path`.
    public var path: String
    /// `trace.bytes`.
    public var bytes: Int

    init(_ values: ConfigurationValues) {
        path = values.text("trace.path")
        bytes = values.integer("trace.bytes")
    }
}
