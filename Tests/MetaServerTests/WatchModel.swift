import Beehive
import Glibc
import KubeAPI
import MetaStore
import NIOPosix
import TestKit

@testable import MetaServer

/// A store with a hub over it, changed at random.
final class WatchedStore {
    let folder: String
    let store: MetaStore
    let reader: StoreReader
    let hub: WatchHub
    let context: KubeContext
    var random: SeededRandom
    private var version = 1

    static let pod = KubeKind(
        resource: KubeKind.Resource(group: "", version: "v1", plural: "pods"), kind: "Pod", isNamespaced: true)

    init(
        seed: UInt64, window: Int64 = 300, eventLimit: Int = 16, byteLimit: Int = 4 << 20, watcherLimit: Int = 1536
    ) throws {
        var template = Array("/tmp/watchmodel.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ServerError(description: "no folder for the test") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        store = try MetaStore(path: "\(folder)/edgecore.db", now: SystemTime().now().wall)
        store.feedWindow = window
        reader = try StoreReader(path: "\(folder)/edgecore.db")
        let own = try StoreReader(path: "\(folder)/edgecore.db")
        hub = WatchHub(
            reader: own, threads: .singleton, loops: .singleton, eventLimit: eventLimit, byteLimit: byteLimit,
            watcherLimit: watcherLimit)
        context = KubeContext(reader: reader, hub: hub, threads: .singleton)
        random = SeededRandom(seed: seed)
    }

    func remove() {
        hub.stop()
        for name in ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// One transaction of some changes, as the loop makes them.
    func change(_ count: Int) throws {
        try store.transaction(writing: true) { view throws(StoreError) in
            for _ in 0..<count { try changeOne(view) }
        }
        hub.committed(store.revision)
    }

    private func changeOne(_ view: StoreTransaction) throws(StoreError) {
        let namespace = ["blue", "green", "red"].randomElement(using: &random) ?? "blue"
        let path = ResourcePath(namespace: namespace, type: .pod, id: "p\(Int.random(in: 0..<6, using: &random))")
        let patch = path.with(type: .podPatch)
        let head = try view.head(path.key)
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: try put(path, over: head, in: view)
        case 5, 6:
            if try view.head(patch.key) != nil { try view.apply(.delete(key: patch.key, remember: false), now: 1) }
            if head != nil { try view.apply(.delete(key: path.key, remember: true), now: 1) }
        case 7, 8:
            guard head != nil else { return }
            version += 1
            let old = try view.head(patch.key)
            let object = NewObject(
                path: patch, value: Bytes(#"{"status":{"beat":\#(version)}}"#.utf8), origin: .local)
            try view.apply(.put(object, replacing: old?.rowID), now: 1)
        default:
            // An answered patch goes, and its object is written anew behind it.
            guard try view.head(patch.key) != nil else { return }
            try view.apply(.delete(key: patch.key, remember: false), now: 1)
            if head != nil { try put(path, over: head, in: view) }
        }
    }

    private func put(_ path: ResourcePath, over head: ObjectHead?, in view: StoreTransaction) throws(StoreError) {
        version += 1
        let colour = Bool.random(using: &random) ? "warm" : "cold"
        let value = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"\(path.id)","namespace":"\(path.namespace)",\
            "labels":{"tone":"\(colour)"},"resourceVersion":"\(version)"},"spec":{"n":\(version)}}
            """
        let object = NewObject(
            path: path, value: Bytes(value.utf8), version: "\(version)", apiVersion: "v1", kind: "Pod",
            origin: .delivered)
        try view.apply(.put(object, replacing: head?.rowID), now: 1)
    }
}

/// What client-go's informer does with lists and watches, with everything that it would let pass in silence told.
struct Informer {
    let labels: LabelSelector?
    let namespace: String?
    /// What it believes: by namespace and name, the object's JSON.
    var objects: [String: Bytes] = [:]
    var version: Int64?
    var faults: [String] = []
    /// Nil while it is not connected.
    var watch: Watch?
    /// True when its watch began from a version that was not its list's: then nobody can know what of that moment this
    /// client has.
    var mayDoubt = false
    var relists = 0

    struct Watch {
        let source: any ChunkSource
        /// Everything at first comes as events.
        var isInitial: Bool
        var begun: Set<String> = []
    }

    static func key(_ object: JSONValue) -> String {
        "\(object["metadata"]?["namespace"]?.text ?? "")/\(object["metadata"]?["name"]?.text ?? "")"
    }

    static func version(_ object: JSONValue) -> Int64 {
        object["metadata"]?["resourceVersion"]?.text.flatMap { Int64($0) } ?? -1
    }

    mutating func take(_ bytes: [UInt8]) throws {
        for line in bytes.split(separator: UInt8(ascii: "\n")) { try take(event: try JSONValue(parsing: Bytes(line))) }
    }

    private mutating func take(event: JSONValue) throws {
        let type = event["type"]?.text ?? ""
        let object = event["object"] ?? .null
        if type == "ERROR" {
            if object["code"]?.integer != 410 { faults.append("an error that is no 410: \(object)") }
            (watch, version) = (nil, nil)
            return
        }
        let revision = Self.version(object)
        let key = Self.key(object)
        if type == "BOOKMARK" {
            if object["metadata"]?["annotations"]?["k8s.io/initial-events-end"] != nil {
                // What was not sent is gone.
                if let begun = watch?.begun { objects = objects.filter { begun.contains($0.key) } }
                watch?.isInitial = false
            }
            if let version, revision < version { faults.append("a bookmark of \(revision) behind \(version)") }
            version = revision
            return
        }
        if watch?.isInitial == true {
            if type == "ADDED" { watch?.begun.insert(key) }
            if type == "DELETED" { watch?.begun.remove(key) }
        } else {
            if let version, revision <= version { faults.append("\(type) of \(key) at \(revision) behind \(version)") }
            version = revision
            let isKnown = objects[key] != nil
            if type == "ADDED", isKnown { faults.append("ADDED of \(key), which is known") }
            if type == "MODIFIED", !isKnown, !mayDoubt { faults.append("MODIFIED of \(key), which is not known") }
            if type == "DELETED", !isKnown, !mayDoubt { faults.append("DELETED of \(key), which is not known") }
        }
        objects[key] = type == "DELETED" ? nil : object.json
    }
}
