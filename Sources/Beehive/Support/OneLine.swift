/// Words that somebody else chose, made fit for a line that people read: peers' texts, names, library errors.
public enum OneLine {
    /// One line of a bounded length, without anything that a terminal or a reader would take for more than text.
    ///
    /// - Parameters:
    ///   - text: the words.
    ///   - limit: the most characters; what is cut off is marked by an ellipsis.
    /// - Returns: the words with control characters, line and paragraph separators, and marks of writing direction as spaces.
    public static func of(_ text: some StringProtocol, limit: Int = 200) -> String {
        var line = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else {
                line.append("…")
                break
            }
            line.append(isPlain(scalar) ? scalar : " ")
            count += 1
        }
        return String(line)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: false
        case 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x061C, 0xFEFF: false
        default: true
        }
    }
}
