/// The numbers that tell one message of a load from the others.
struct FrameFields: Sendable, Hashable {
    /// The message's own, part of its id.
    var number = 0
    /// The key that it is about.
    var key = 0
    /// The object's version.
    var version = 0
    /// Which object under the key it is, part of the uid.
    var generation = 0
}

/// A text with gaps of twelve digits: made once, then filled for each message at the cost of a copy.
struct FrameTemplate: Sendable {
    private enum Field {
        case number, key, version, generation
    }

    private struct Gap {
        let start: Int
        let field: Field
    }

    static let width = 12
    /// What stands for each field in the text.
    static let number = "NNNNNNNNNNNN"
    static let key = "KKKKKKKKKKKK"
    static let version = "VVVVVVVVVVVV"
    static let generation = "GGGGGGGGGGGG"

    private let bytes: [UInt8]
    private let gaps: [Gap]

    /// Takes a text with marks.
    ///
    /// - Parameter text: each mark in it is a gap.
    init(_ text: String) {
        bytes = Array(text.utf8)
        let marks: [(String, Field)] = [
            (Self.number, .number), (Self.key, .key), (Self.version, .version), (Self.generation, .generation),
        ]
        var gaps: [Gap] = []
        for (mark, field) in marks {
            let wanted = Array(mark.utf8)
            var start = 0
            while start + Self.width <= bytes.count {
                if bytes[start] == wanted[0], bytes[start..<start + Self.width].elementsEqual(wanted) {
                    gaps.append(Gap(start: start, field: field))
                    start += Self.width
                } else {
                    start += 1
                }
            }
        }
        self.gaps = gaps
    }

    /// Bytes of each text made of it.
    var count: Int { bytes.count }

    /// Appends the text with its gaps filled.
    ///
    /// - Parameters:
    ///   - fields: none is longer than twelve digits.
    ///   - out: where it is appended.
    func append(_ fields: FrameFields, to out: inout [UInt8]) {
        let base = out.count
        out.append(contentsOf: bytes)
        for gap in gaps {
            var rest =
                switch gap.field {
                case .number: fields.number
                case .key: fields.key
                case .version: fields.version
                case .generation: fields.generation
                }
            for place in (base + gap.start..<base + gap.start + Self.width).reversed() {
                out[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
    }
}
