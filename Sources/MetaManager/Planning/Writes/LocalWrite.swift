package import Beehive
package import KubeAPI

/// A write that came through the local API, for the loop to take: decided in one transaction with all else.
public struct LocalWrite: Sendable {
    /// What is written.
    package enum Matter: Sendable {
        /// What the cloud is asked later; until then it lies over the stored object.
        case pending(PendingRequest)
        /// What the cloud has taken already.
        case settled(JSONValue)
        /// The cloud has deleted it through us: whichever of these uids is stored goes, and does not come back.
        case deleted(uids: Set<String>)
        /// The cloud did not have it when it was asked, with the store at this revision: what was stored since stays, and
        /// nothing is remembered that would keep a later push away.
        case missing(at: Int64)
        /// A device as it is to be: stored, and told to twin.
        case device(JSONValue)
        /// A row that nobody needs any more, such as a conflict that was dealt with.
        case forgotten
    }

    /// A write that waits for the cloud.
    package struct PendingRequest: Sendable {
        /// Group, version and plural.
        package var resource: KubeKind.Resource
        /// The namespace; nil for kinds without.
        package var namespace: String?
        /// The object's name.
        package var name: String
        /// The object as it is to be; nil: it is deleted.
        package var object: JSONValue?
        /// `status`, or empty.
        package var subresource: String
        /// Who writes.
        package var caller: String

        /// Makes a request.
        package init(
            resource: KubeKind.Resource, namespace: String?, name: String, object: JSONValue?, subresource: String = "",
            caller: String
        ) {
            self.resource = resource
            self.namespace = namespace
            self.name = name
            self.object = object
            self.subresource = subresource
            self.caller = caller
        }
    }

    /// What became of it.
    package enum Answer: Sendable, Hashable {
        /// Committed; the store's revision of it.
        case taken(revision: Int64)
        /// The object has changed since the writer read it; its revision now.
        case changed(revision: Int64)
        /// There is such an object already.
        case exists
        /// There is no such object.
        case absent
        /// Not to be taken here, and why.
        case refused(String)
        /// No room for more that waits, and why.
        case full(String)
        /// The store could not take it now, and why.
        case failed(String)
    }

    /// The stored object that is written.
    package var path: ResourcePath
    /// What is written.
    package var matter: Matter
    /// The store's revision that the writer has seen; 0: there must be no object; nil: whatever there is.
    package var expected: Int64?
    /// Who waits.
    package var ticket: WriteTicket

    /// Makes a write.
    package init(_ matter: Matter, at path: ResourcePath, expected: Int64?, ticket: WriteTicket = WriteTicket()) {
        self.path = path
        self.matter = matter
        self.expected = expected
        self.ticket = ticket
    }

    /// How much memory it holds, about.
    var size: Int {
        switch matter {
        case .pending(let request): request.object.map(Self.size) ?? 0
        case .settled(let object), .device(let object): Self.size(object)
        case .deleted, .missing, .forgotten: 0
        }
    }

    private static func size(_ value: JSONValue) -> Int {
        switch value {
        case .null, .bool: 8
        case .number(let bytes), .string(let bytes): bytes.count + 16
        case .array(let elements): elements.reduce(16) { $0 + size($1) }
        case .object(let members): members.reduce(16) { $0 + $1.key.utf8.count + size($1.value) }
        }
    }
}

/// The decision about a write, to be told once it is durable.
public struct WriteVerdict: Sendable {
    /// Who waits.
    package var ticket: WriteTicket
    /// What became of it.
    package var answer: LocalWrite.Answer
}
