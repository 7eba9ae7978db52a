/// Reaching into an object's bytes without making a tree of it.
package enum JSONMembers {
    /// The range of a member's value.
    ///
    /// - Parameters:
    ///   - key: the member's name.
    ///   - json: an object.
    /// - Returns: nil when there is no such member, or the text is no object; the last of duplicates wins.
    package static func range(of key: StaticString, in json: Bytes) -> Range<Int>? {
        var found: Range<Int>?
        let read: Void? = try? json.scanning(depthLimit: JSONScanner.standardDepth) { scanner throws(JSONFault) in
            try scanner.object { scanner, member throws(JSONFault) in
                let isIt = KeyName(scanner.bytes, member).matches(key)
                let value = try scanner.value(depth: 1)
                if isIt { found = value.lowerBound + json.startIndex..<value.upperBound + json.startIndex }
            }
        }
        return read == nil ? nil : found
    }

    /// The object with a member's value exchanged, or the member added at its end.
    ///
    /// - Parameters:
    ///   - key: the member, as it stands between its quotes.
    ///   - json: an object.
    ///   - value: the new value's JSON.
    /// - Returns: the new object.
    package static func replacing(_ key: StaticString, in json: Bytes, with value: Bytes) -> Bytes {
        var out: [UInt8] = []
        out.reserveCapacity(json.count + value.count)
        if let range = range(of: key, in: json) {
            out += json[..<range.lowerBound]
            out += value
            out += json[range.upperBound...]
            return out[...]
        }
        guard let end = json.lastIndex(of: UInt8(ascii: "}")) else { return json }
        out += json[..<end]
        let before = out.last { $0 > 0x20 }
        if before != UInt8(ascii: "{") { out.append(UInt8(ascii: ",")) }
        out += Array("\"\(key)\":".utf8)
        out += value
        out += json[end...]
        return out[...]
    }

    /// The ranges of an array's elements.
    ///
    /// - Parameter json: an array.
    /// - Returns: nil when the text is no array.
    package static func elements(of json: Bytes) -> [Bytes]? {
        var found: [Bytes] = []
        let read: Void? = try? json.scanning(depthLimit: JSONScanner.standardDepth) { scanner throws(JSONFault) in
            try scanner.array { scanner throws(JSONFault) in
                let value = try scanner.value(depth: 1)
                found.append(json[json.startIndex + value.lowerBound..<json.startIndex + value.upperBound])
            }
        }
        return read == nil ? nil : found
    }
}
