internal import Beehive
internal import KubeAPI
internal import MetaStore

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
    mutating func finish(revision: Int64, continuation: String?) -> Bytes
}

extension WholeForm: AnswerForming {
    func one(_ object: StoredObject) -> Bytes { form(object) }

    func list() -> any ListWriting { WholeList(kind: kind) }
}

/// A list of whole objects: their bytes one behind the other, no tree made of any.
struct WholeList: ListWriting {
    private let kind: KubeKind
    private let form: ObjectForm
    private var items: [UInt8] = []
    private(set) var count = 0

    init(kind: KubeKind) {
        self.kind = kind
        form = ObjectForm(apiVersion: kind.apiVersion, kind: kind.kind)
    }

    mutating func add(_ object: StoredObject) {
        let before = items.count
        if count > 0 { items.append(UInt8(ascii: ",")) }
        if form.append(object.value, revision: object.head.revision, to: &items) {
            count += 1
        } else {
            items.removeSubrange(before...)
        }
    }

    mutating func finish(revision: Int64, continuation: String?) -> Bytes {
        var head: JSONValue = ["resourceVersion": JSONValue(text: "\(revision)")]
        if let continuation { head["continue"] = JSONValue(text: continuation) }
        let list: JSONValue = [
            "kind": JSONValue(text: kind.listKind), "apiVersion": JSONValue(text: kind.apiVersion), "metadata": head,
        ]
        var out = Array(list.json.dropLast())
        out.reserveCapacity(out.count + items.count + 16)
        out += Array(",\"items\":[".utf8)
        out += items
        out += Array("]}".utf8)
        return out[...]
    }
}
