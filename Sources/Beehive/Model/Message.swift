/// One message of the module bus and of the cloud link (`messages.md`, section 1).
///
/// A value: passing it on shares the bytes of its content.
public struct Message: Sendable {
    /// Who it is.
    public var header: Header
    /// Where it goes.
    public var route: Route
    /// What it carries.
    public var content: Content
    /// Unknown top-level fields, in the order they came.
    public var extras: [ExtraField]

    /// Makes a message.
    ///
    /// - Parameters:
    ///   - header: who it is.
    ///   - route: where it goes.
    ///   - content: what it carries.
    ///   - extras: unknown top-level fields.
    public init(header: Header, route: Route, content: Content, extras: [ExtraField] = []) {
        self.header = header
        self.route = route
        self.content = content
        self.extras = extras
    }

    /// The message's own id.
    public var id: String { header.id }

    /// Bytes that this message holds, for the bounds of queues: its content and about what the rest takes.
    public var cost: Int { 256 + route.resource.utf8.count + content.byteCount }
}
