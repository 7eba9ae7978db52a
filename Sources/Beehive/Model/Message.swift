/// One message of the module bus and of the cloud link (`messages.md`, section 1).
///
/// A value: passing it on shares its parts and the bytes of its content. A message is copied a dozen times on its way,
/// and read more than it is changed, so its parts stand behind one reference.
public struct Message: Sendable {
    @usableFromInline
    final class Parts: Sendable {
        @usableFromInline let header: Header
        @usableFromInline let route: Route
        @usableFromInline let content: Content
        @usableFromInline let extras: [ExtraField]

        @usableFromInline
        init(header: Header, route: Route, content: Content, extras: [ExtraField]) {
            self.header = header
            self.route = route
            self.content = content
            self.extras = extras
        }
    }

    @usableFromInline var parts: Parts

    /// Makes a message.
    ///
    /// - Parameters:
    ///   - header: who it is.
    ///   - route: where it goes.
    ///   - content: what it carries.
    ///   - extras: unknown top-level fields.
    public init(header: Header, route: Route, content: Content, extras: [ExtraField] = []) {
        parts = Parts(header: header, route: route, content: content, extras: extras)
    }

    /// Who it is.
    @inlinable public var header: Header {
        get { parts.header }
        set { parts = Parts(header: newValue, route: parts.route, content: parts.content, extras: parts.extras) }
    }

    /// Where it goes.
    @inlinable public var route: Route {
        get { parts.route }
        set { parts = Parts(header: parts.header, route: newValue, content: parts.content, extras: parts.extras) }
    }

    /// What it carries.
    @inlinable public var content: Content {
        get { parts.content }
        set { parts = Parts(header: parts.header, route: parts.route, content: newValue, extras: parts.extras) }
    }

    /// Unknown top-level fields, in the order they came.
    @inlinable public var extras: [ExtraField] {
        get { parts.extras }
        set { parts = Parts(header: parts.header, route: parts.route, content: parts.content, extras: newValue) }
    }

    /// The message's own id.
    @inlinable public var id: String { parts.header.id }

    /// About how many bytes this message holds, for the bounds of queues: its content, its texts, and what the rest takes.
    ///
    /// What a decoded message keeps alive beside this is bounded: see `MessageDecoder.decode`.
    public var cost: Int {
        256 + parts.header.held + parts.route.held + parts.content.byteCount + parts.extras.held
    }
}
