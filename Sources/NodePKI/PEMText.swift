/// PEM blocks: DER between two marks, as files hold it.
public enum PEMText {
    /// Writes a block.
    ///
    /// - Parameters:
    ///   - type: what stands between the dashes, such as `CERTIFICATE`.
    ///   - der: the bytes.
    /// - Returns: the block, with a line feed at its end.
    public static func block(_ type: String, _ der: [UInt8]) -> String {
        var rest = Base64.standard.encode(der)[...]
        var text = "-----BEGIN \(type)-----\n"
        while !rest.isEmpty {
            text += rest.prefix(64) + "\n"
            rest = rest.dropFirst(64)
        }
        return text + "-----END \(type)-----\n"
    }

    /// Reads the blocks of some types, in order; text around them is passed over.
    ///
    /// Lines may have any length and end, since files are made with many tools.
    ///
    /// - Parameters:
    ///   - types: the types wanted.
    ///   - text: the file's text.
    /// - Returns: each block's bytes; at least one.
    /// - Throws: `PKIError` when there is none, or one is broken.
    public static func blocks(_ types: [String], in text: String) throws(PKIError) -> [[UInt8]] {
        let wanted = types.joined(separator: " or ")
        var found: [[UInt8]] = []
        var open: (type: Substring, lines: String)?
        for line in text.split(whereSeparator: \.isNewline) {
            let bare = line.drop(while: \.isWhitespace)
            if let type = label(bare, "-----BEGIN ") {
                open = (type, "")
            } else if let type = label(bare, "-----END "), let block = open {
                open = nil
                guard types.contains(String(type)) else { continue }
                guard type == block.type, let bytes = Base64.standard.decode(block.lines), !bytes.isEmpty else {
                    throw PKIError(.pem, "the PEM block \(type) is broken")
                }
                found.append(bytes)
            } else {
                open?.lines += line.filter { !$0.isWhitespace }
            }
        }
        guard open == nil || !types.contains(String(open?.type ?? "")) else {
            throw PKIError(.pem, "the PEM block \(wanted) has no end")
        }
        guard !found.isEmpty else { throw PKIError(.pem, "no PEM block \(wanted)") }
        return found
    }

    private static func label(_ line: Substring, _ mark: String) -> Substring? {
        guard line.hasPrefix(mark), let end = line.dropFirst(mark.count).firstIndex(of: "-") else { return nil }
        return line.dropFirst(mark.count)[..<end]
    }
}
