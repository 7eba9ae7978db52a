internal import Beehive
internal import Glibc

/// A file of messages, which is read more than once.
struct BenchInput {
    /// The option that names it.
    let option: String
    /// The file.
    let path: String

    /// Opens it.
    func open() throws -> LineReader {
        var info = stat()
        guard stat(path, &info) == 0 else { throw FileError(path: path, what: "cannot be read", code: errno) }
        switch info.st_mode & S_IFMT {
        case S_IFREG: return try LineReader(path: path)
        case S_IFDIR: throw BenchError.badInput("\(option) \(path) is a folder: name a file, one message in a line")
        default: throw BenchError.badInput("\(option) \(path) is no regular file, and is read more than once: copy it")
        }
    }

    /// The next message; nil at the end.
    func next(_ reader: inout LineReader, _ decoder: MessageDecoder) throws(BenchError) -> Message? {
        let line: Bytes?
        do {
            line = try reader.next()
        } catch {
            throw .badInput("\(option) \(error)")
        }
        guard let line else { return nil }
        do {
            return try decoder.decode(line)
        } catch {
            throw .badInput("\(option) \(path), line \(reader.line): \(error)")
        }
    }

    /// Checks all of it: what comes out is told apart by the message it belongs to.
    ///
    /// - Returns: the first message.
    func check() throws -> Message {
        var reader = try open()
        defer { reader.close() }
        let decoder = MessageDecoder()
        var first: Message?
        var lines: [String: Int] = [:]
        while let message = try next(&reader, decoder) {
            if let before = lines.updateValue(reader.line, forKey: message.id) {
                throw BenchError.badInput(
                    "\(option) \(path): msg_id \(message.id) stands twice, in lines \(before) and \(reader.line); "
                        + "give each message its own")
            }
            if first == nil { first = message }
        }
        guard let first else { throw BenchError.badInput("\(option) \(path) holds no message") }
        return first
    }

    /// Checks that it can be read and begins with a message; the rest is checked as it is read.
    func checkFirst() throws {
        var reader = try open()
        defer { reader.close() }
        guard try next(&reader, MessageDecoder()) != nil else {
            throw BenchError.badInput("\(option) \(path) holds no message")
        }
    }
}
