internal import Beehive

/// What an API server does to an object on its way in, where the node depends on it.
enum ManifestDefaults {
    /// The object as a cloud would hold it.
    ///
    /// - Parameters:
    ///   - object: what the file says.
    ///   - kind: its kind.
    /// - Returns: the object to send.
    static func applied(to object: JSONValue, kind: String) -> JSONValue {
        var object = object
        // Versions are the source's to give.
        object["metadata"]?["resourceVersion"] = nil
        guard kind == "Secret", case .object(let plain)? = object["stringData"] else { return object }
        var data = object["data"] ?? .object([])
        for member in plain {
            guard let text = member.value.text else { continue }
            data[member.key] = JSONValue(text: base64(Array(text.utf8)))
        }
        object["data"] = data
        object["stringData"] = nil
        return object
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let left = bytes.count - start
            let group =
                UInt32(bytes[start]) << 16 | (left > 1 ? UInt32(bytes[start + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[start + 2]) : 0)
            out.append(digits[Int(group >> 18 & 63)])
            out.append(digits[Int(group >> 12 & 63)])
            out.append(left > 1 ? digits[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            out.append(left > 2 ? digits[Int(group & 63)] : UInt8(ascii: "="))
        }
        return String(decoding: out, as: UTF8.self)
    }
}
