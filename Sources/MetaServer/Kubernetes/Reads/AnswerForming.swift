internal import Beehive
internal import KubeAPI
internal import MetaStore

/// How objects are written into answers: whole, without spec and status, as rows of a table.
protocol ObjectForming: Sendable {
    /// Names the form: forms of the same name look the same.
    var name: String { get }

    /// An object in this form.
    ///
    /// - Parameter object: the object, with its revision.
    /// - Returns: JSON.
    func form(_ object: StoredObject) -> Bytes

    /// An object as the first event of a watch shows it; as a rule like all others.
    func first(_ object: StoredObject) -> Bytes

    /// A bookmark's object.
    ///
    /// - Parameters:
    ///   - revision: everything up to this one was told.
    ///   - isInitialEnd: whether it ends the objects as they were.
    /// - Returns: JSON.
    func bookmark(_ revision: Int64, isInitialEnd: Bool) -> Bytes
}

extension ObjectForming {
    func first(_ object: StoredObject) -> Bytes { form(object) }
}

/// How answers to reads are written: one object, lists, events.
protocol AnswerForming: ObjectForming {
    /// One object, as the answer to a get.
    func one(_ object: StoredObject) -> Bytes

    /// Appends an object as a list has it.
    ///
    /// - Parameters:
    ///   - object: the object, with its revision.
    ///   - out: where it is appended.
    /// - Returns: false when it cannot stand in a list; then nothing is appended.
    func append(_ object: StoredObject, to out: inout [UInt8]) -> Bool

    /// A list without objects; they come before the `]}` with which it ends.
    ///
    /// - Parameters:
    ///   - revision: the store's revision that it tells of.
    ///   - continuation: where it goes on; nil when it is whole.
    /// - Returns: JSON.
    func emptyList(revision: Int64, continuation: String?) -> Bytes
}

/// A list while it is filled: the bytes of its objects one behind the other, whatever the form.
struct ListBytes {
    private let form: any AnswerForming
    /// What was added since the last `take`.
    private var items: [UInt8] = []
    /// How many objects it has.
    private(set) var count = 0

    private static let end = Array("]}".utf8)

    init(form: any AnswerForming) { self.form = form }

    /// Bytes that are held.
    var size: Int { items.count }

    /// Adds an object at its end.
    mutating func add(_ object: StoredObject) {
        let before = items.count
        if count > 0 { items.append(UInt8(ascii: ",")) }
        if form.append(object, to: &items) { count += 1 } else { items.removeSubrange(before...) }
    }

    /// What stands before the objects.
    ///
    /// - Parameters:
    ///   - revision: the store's revision that it tells of.
    ///   - continuation: where it goes on; nil when it is whole.
    /// - Returns: JSON, open.
    func head(revision: Int64, continuation: String?) -> [UInt8] {
        Array(form.emptyList(revision: revision, continuation: continuation).dropLast(Self.end.count))
    }

    /// What was added since it was last asked; nothing of it is held any more.
    mutating func take() -> [UInt8] {
        defer { items = [] }
        return items
    }

    /// What stands behind the objects.
    var tail: [UInt8] { Self.end }

    /// The whole list.
    ///
    /// - Parameters:
    ///   - revision: the store's revision that it tells of.
    ///   - continuation: where it goes on; nil when it is whole.
    /// - Returns: JSON.
    mutating func whole(revision: Int64, continuation: String?) -> Bytes {
        var out = head(revision: revision, continuation: continuation)
        out.reserveCapacity(out.count + items.count + Self.end.count)
        out += take()
        out += Self.end
        return out[...]
    }
}
