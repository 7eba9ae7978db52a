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

    /// A list, to be filled.
    func list() -> any ListWriting
}

/// A list while it is filled.
protocol ListWriting {
    /// How many objects it has.
    var count: Int { get }

    /// Adds an object at its end.
    mutating func add(_ object: StoredObject)

    /// The whole list.
    ///
    /// - Parameters:
    ///   - revision: the store's revision that it tells of.
    ///   - continuation: where it goes on; nil when it is whole.
    /// - Returns: JSON.
    mutating func finish(revision: Int64, continuation: String?) -> Bytes
}
