internal import Beehive

/// Resources, and what is made of them.
enum ResourceTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        if let path = try? ResourcePath(parsing: text) {
            try expect(!path.namespace.isEmpty && !path.type.isEmpty, "no part is empty")
            let parts = [path.namespace, path.type.rawValue, path.id]
            try expect(!parts.contains { $0.utf8.contains(UInt8(ascii: "/")) }, "no part holds a slash")
            let built = ResourcePath(namespace: path.namespace, type: path.type, id: path.id)
            try expect(Array(built.key.utf8) == Array(path.key.utf8), "the parts make the key")
            let again = try? ResourcePath(parsing: path.key)
            try expect(again == path, "the key names the same resource")
            _ = path.with(type: .pod)
        }
        let line = OneLine.of(text, limit: 40)
        try expect(line.unicodeScalars.count <= 41, "a line has an end")
        try expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 }, "a line is one line")
        if let time = KubernetesTimestamp.milliseconds(text) {
            let written = KubernetesTimestamp.text(time, isExact: true)
            try expect(KubernetesTimestamp.milliseconds(written) == time, "a time that is written is read")
        }
    }
}
