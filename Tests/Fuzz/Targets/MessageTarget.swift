internal import Beehive

/// Frames of the cloud and of modules.
enum MessageTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let frame = Bytes(bytes)
        guard let message = try? MessageDecoder().decode(frame) else { return }
        let written = MessageEncoder.encode(message)
        guard let again = try? MessageDecoder().decode(written[...]) else {
            throw FuzzFinding("what is encoded can be decoded")
        }
        try expect(again.header == message.header, "the header survives encoding")
        try expect(again.route == message.route, "the route survives encoding")
        try expect(again.content == message.content, "the content survives encoding")
        try expect(again.content.sketch == message.content.sketch, "the sketch survives encoding")
        try expect(again.extras == message.extras, "unknown fields survive encoding")
        try expect(MessageEncoder.encode(again) == written, "encoding ends where it began")
        try expect(Nesting.depth(frame) <= 512, "no frame deeper than the limit is taken")
        try expect(
            (try? MessageDecoder(maximumBytes: frame.count - 1).decode(frame)) == nil,
            "no frame over the limit is taken")
        // What follows the decoder asks for these of every message.
        _ = message.content.storedValue
        _ = message.content.string
        let sketch = message.content.sketch
        for span in [sketch.uid, sketch.name, sketch.namespace, sketch.resourceVersion, sketch.reportUID] {
            _ = message.content.text(span)
        }
        let depth = Nesting.depth(frame)
        // The message's own objects and its content's metadata are always there to be opened.
        guard depth > 4 else { return }
        try expect(
            (try? MessageDecoder(maximumDepth: depth - 1).decode(frame)) == nil, "no frame over a lower depth is taken")
        try expect((try? MessageDecoder(maximumDepth: depth).decode(frame)) != nil, "the depth at the limit is taken")
    }
}

/// Counts how deep JSON nests, knowing nothing but strings and brackets.
enum Nesting {
    static func depth(_ json: some Collection<UInt8>) -> Int {
        var depth = 0
        var deepest = 0
        var isInString = false
        var isEscaped = false
        for byte in json {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == 0x22 {
                    isInString = false
                }
                continue
            }
            switch byte {
            case 0x22: isInString = true
            case 0x5B, 0x7B:
                depth += 1
                deepest = max(deepest, depth)
            case 0x5D, 0x7D: depth -= 1
            default: break
            }
        }
        return deepest
    }
}
