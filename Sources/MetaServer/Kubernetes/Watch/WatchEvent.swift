internal import Beehive
internal import KubeAPI
internal import MetaStore

/// One change as watchers are told it, shared by all of them: what it looks like is made once, by who needs it first.
final class WatchEvent: Sendable {
    enum Change: Sendable {
        case added, modified, deleted
    }

    let change: Change
    /// The store's revision: the place of the event in the order of all.
    let revision: Int64
    /// The first and the third part of the object's key.
    let namespace: String
    let name: String
    /// The object with what lies over it; its revision is the event's.
    let object: StoredObject
    /// When the object came, if nothing could be told of it before: its lines were replaced by later ones.
    let untoldSince: Int64?
    private let forms = Lock<[String: Bytes]>([:])
    private let parsed = Lock(Parsed())

    /// The object's tree, for watchers with selectors.
    private struct Parsed {
        var tree: JSONValue?
        /// How often it was made.
        var count = 0
        /// Nobody but those who are behind asks any more: it is made for each and not kept.
        var isOld = false
    }

    init(_ change: Change, revision: Int64, namespace: String, name: String, object: StoredObject, untoldSince: Int64?)
    {
        self.untoldSince = untoldSince
        self.change = change
        self.revision = revision
        self.namespace = namespace
        self.name = name
        self.object = object
    }

    /// What is told to somebody.
    ///
    /// - Parameter isNew: whether they have been told nothing of the object before.
    /// - Returns: nil for nothing.
    func change(isNew: Bool) -> Change? {
        guard isNew else { return change }
        return change == .deleted ? nil : .added
    }

    /// About how much memory it takes: the stored bytes, and what they look like to most.
    var cost: Int { 2 * object.value.count + 512 }

    /// The object's tree, made once for all watchers who look into it; nil when it is no JSON.
    func tree() -> JSONValue? {
        if let known = parsed.withLock({ $0.tree }) { return known }
        let made = try? JSONValue(parsing: object.value)
        parsed.withLock { parsed in
            parsed.count += 1
            if !parsed.isOld { parsed.tree = made }
        }
        return made
    }

    /// Lets go of the tree, which takes many times the bytes of the object.
    func age() {
        parsed.withLock { parsed in
            parsed.isOld = true
            parsed.tree = nil
        }
    }

    /// How often the tree was made, and whether it is kept; for tests.
    var parses: (count: Int, isKept: Bool) { parsed.withLock { ($0.count, $0.tree != nil) } }

    /// The object in a form, made once for all watchers who want it.
    ///
    /// - Parameters:
    ///   - name: names the form.
    ///   - make: makes it; may be called more than once when several ask at the same time.
    /// - Returns: JSON.
    func form(_ name: String, _ make: () -> Bytes) -> Bytes {
        if let known = forms.withLock({ $0[name] }) { return known }
        let made = make()
        return forms.withLock { forms in
            if let known = forms[name] { return known }
            forms[name] = made
            return made
        }
    }
}
