/// What is sent over and over, and what its answers have to be.
struct LoadWork: Sendable {
    /// The way to the daemon.
    enum Way: String, Sendable, CaseIterable {
        case unix, wss
    }

    /// Over what it goes.
    let way: Way
    /// What it is called in reports.
    let name: String
    /// The message.
    let frame: FrameTemplate
    /// The content of the answer, byte for byte.
    let answer: FrameTemplate
    /// What undoes a window, so that the next one finds the store as this one did; nil when there is nothing to undo.
    var undo: FrameTemplate?
    /// The fields of a window's messages: its number, the place in it, and the message's number.
    let fields: @Sendable (_ window: Int, _ place: Int, _ number: Int) -> FrameFields

    static let idPrefix = "10ad0000-0000-4000-8000-"
    /// Versions have twelve digits without a zero in front.
    static let firstVersion = 100_000_000_000

    private static func message(
        _ route: String, _ content: String, header: String = "", parent: Bool = false
    ) -> FrameTemplate {
        FrameTemplate(
            #"{"header":{"msg_id":"\#(idPrefix)\#(FrameTemplate.number)","timestamp":1700000000000\#(header)},"#
                + #""route":{\#(route)},"content":\#(content)}"#)
    }

    // MARK: Objects

    /// Configuration text with the quotes and line ends that such text has.
    private static func filler(_ count: Int) -> String {
        let line = #"camera.gateway=\"0123456789ab\"\n"#
        return String(repeating: line, count: max(0, count) / line.utf8.count)
            + String(repeating: "x", count: max(0, count) % line.utf8.count)
    }

    private static func padded(_ count: Int, _ make: (String) -> String) -> String {
        make(filler(count - make("").utf8.count))
    }

    private static func metadata(_ prefix: String) -> String {
        #""metadata":{"name":"\#(prefix)\#(FrameTemplate.key)","namespace":"bench","uid":"uid-\#(FrameTemplate.key)-"#
            + #"\#(FrameTemplate.generation)","resourceVersion":"\#(FrameTemplate.version)"}"#
    }

    private static func configMap(_ bytes: Int) -> String {
        padded(bytes) { #"{"apiVersion":"v1","kind":"ConfigMap",\#(metadata("c")),"data":{"text":"\#($0)"}}"# }
    }

    private static func pod(_ bytes: Int) -> String {
        padded(bytes) {
            #"{"apiVersion":"v1","kind":"Pod",\#(metadata("p")),"spec":{"nodeName":"bench-1","containers":"#
                + #"[{"name":"main","image":"main:1","env":[{"name":"TEXT","value":"\#($0)"}]}]}}"#
        }
    }

    private static func podStatus(_ bytes: Int) -> String {
        padded(bytes) {
            #"{"UID":"uid-\#(FrameTemplate.key)","Name":"s\#(FrameTemplate.key)","Status":{"phase":"Running","#
                + #""hostIP":"192.0.2.10","podIP":"10.1.0.5","message":"\#($0)","conditions":[{"type":"Ready","#
                + #""status":"True","reason":"\#(FrameTemplate.version)"}]}}"#
        }
    }

    private static func cloud(_ operation: String, _ resource: String) -> String {
        #""source":"edgecontroller","group":"resource","operation":"\#(operation)","resource":"\#(resource)""#
    }

    private static func module(_ operation: String, _ resource: String) -> String {
        #""source":"edged","group":"meta","operation":"\#(operation)","resource":"\#(resource)""#
    }

    private static let versioned = #","resourceversion":"\#(FrameTemplate.version)""#

    // MARK: The store that every load finds

    /// The message that a key is put into the store with.
    static func preload(bytes: Int) -> FrameTemplate {
        message(cloud("insert", "bench/configmap/c\(FrameTemplate.key)"), configMap(bytes), header: versioned)
    }

    /// The fields of a key that was put into the store so.
    static func preloadFields(_ key: Int) -> FrameFields {
        FrameFields(number: key, key: key, version: firstVersion)
    }

    /// The message that brings a pod to the node, new or newer.
    static func pods(bytes: Int) -> FrameTemplate {
        message(cloud("update", "bench/pod/p\(FrameTemplate.key)"), pod(bytes), header: versioned)
    }

    // MARK: Works

    /// All works of a way.
    static func all(_ way: Way, keys: Int, bytes: Int) -> [LoadWork] {
        switch way {
        case .unix: [query(keys: keys, bytes: bytes), update(keys: keys, bytes: bytes)]
        case .wss: [push(keys: keys, bytes: bytes), insert(bytes: bytes)]
        }
    }

    /// edged asks for a config map by key, in no order.
    private static func query(keys: Int, bytes: Int) -> LoadWork {
        LoadWork(
            way: .unix, name: "query by key",
            frame: message(
                module("query", "bench/configmap/c\(FrameTemplate.key)"), "null", header: #","sync":true"#),
            answer: FrameTemplate(configMap(bytes))
        ) { _, _, number in
            var fields = preloadFields(scattered(number, over: keys))
            fields.number = number
            return fields
        }
    }

    /// Some key; the same for the same number.
    private static func scattered(_ number: Int, over keys: Int) -> Int {
        var mixed = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 32)) &* 0xBF58_476D_1CE4_E5B9
        return Int((mixed ^ (mixed >> 29)) % UInt64(max(1, keys)))
    }

    /// edged reports the status of one pod after the other.
    private static func update(keys: Int, bytes: Int) -> LoadWork {
        LoadWork(
            way: .unix, name: "pod status",
            frame: message(
                module("update", "bench/podstatus/s\(FrameTemplate.key)"), podStatus(bytes),
                header: #","sync":true"#),
            answer: FrameTemplate(#""OK""#)
        ) { _, place, number in
            FrameFields(number: number, key: place % max(1, keys), version: firstVersion + number)
        }
    }

    /// The cloud sends a newer version of one config map after the other.
    private static func push(keys: Int, bytes: Int) -> LoadWork {
        LoadWork(
            way: .wss, name: "config map update",
            frame: message(
                cloud("update", "bench/configmap/c\(FrameTemplate.key)"), configMap(bytes), header: versioned),
            answer: FrameTemplate(#""OK""#)
        ) { _, place, number in
            FrameFields(number: number, key: place % max(1, keys), version: firstVersion + number)
        }
    }

    /// The cloud sends pods that are new; they are deleted again before the next window.
    private static func insert(bytes: Int) -> LoadWork {
        LoadWork(
            way: .wss, name: "pod insert",
            frame: message(cloud("insert", "bench/pod/p\(FrameTemplate.key)"), pod(bytes), header: versioned),
            answer: FrameTemplate(#""OK""#),
            undo: message(cloud("delete", "bench/pod/p\(FrameTemplate.key)"), pod(300), header: versioned)
        ) { window, place, number in
            FrameFields(number: number, key: place, version: firstVersion + number, generation: window)
        }
    }
}
