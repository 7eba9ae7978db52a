import Beehive
import Glibc

/// What the load has to know of an answer; its content lies in the reader's buffer.
struct LoadAnswer {
    /// The message answered; nil for what is no answer to the load.
    let number: Int?
    let isResponse: Bool
    let content: UnsafeRawBufferPointer
}

/// Cuts what comes from the module socket into frames where it lies, and looks at no more of them than it must: the
/// load shares the machine with the daemon.
///
/// Used by one thread.
final class AnswerReader {
    private static let frameHead = 12
    private static let magic = Array("beehv1rv".utf8)
    private static let parent = Array(#""parent_msg_id":""#.utf8)
    private static let response = Array(#""operation":"response""#.utf8)
    private static let content = Array(#"},"content":"#.utf8)
    private static let prefix = Array(LoadWork.idPrefix.utf8)

    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    private var start = 0
    private var end = 0

    deinit { buffer.deallocate() }

    /// Reads once; gives what `recv` gives.
    func receive(_ socket: Int32, flags: Int32) -> Int {
        makeRoom()
        guard let base = buffer.baseAddress else { return 0 }
        let count = recv(socket, base + end, buffer.count - end, flags)
        if count > 0 { end += count }
        return count
    }

    private func makeRoom() {
        guard let base = buffer.baseAddress else { return }
        if start == end { (start, end) = (0, 0) }
        guard buffer.count - end < buffer.count / 4 else { return }
        if start > 0 {
            memmove(base, base + start, end - start)
            (start, end) = (0, end - start)
        }
        guard buffer.count - end < buffer.count / 4 else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
        buffer.deallocate()
        buffer = larger
    }

    /// The next frame that is there in whole; its content is good until the next call of the reader.
    func next() throws -> LoadAnswer? {
        let pending = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<end])
        guard pending.count >= Self.frameHead else { return nil }
        guard pending.prefix(8).elementsEqual(Self.magic) else { throw BenchError("what came is no frame") }
        let length = pending[8..<12].reduce(0) { $0 << 8 | Int($1) }
        guard pending.count >= Self.frameHead + length else { return nil }
        start += Self.frameHead + length
        return Self.read(
            UnsafeRawBufferPointer(rebasing: pending[Self.frameHead..<Self.frameHead + length]))
    }

    /// Reads a body: header, route and content in this order, as the daemon writes them.
    private static func read(_ body: UnsafeRawBufferPointer) -> LoadAnswer {
        let head = 1024
        guard let mark = find(content, in: body, from: 0, before: head), mark < body.count else {
            return LoadAnswer(number: nil, isResponse: false, content: body)
        }
        let carried = UnsafeRawBufferPointer(rebasing: body[mark..<max(mark, body.count - 1)])
        let isResponse = find(response, in: body, from: 0, before: mark) != nil
        var number: Int?
        if let id = find(parent, in: body, from: 0, before: mark), mark - id > prefix.count + FrameTemplate.width,
            body[id..<id + prefix.count].elementsEqual(prefix)
        {
            let digits = body[id + prefix.count..<id + prefix.count + FrameTemplate.width]
            number = digits.reduce(0) { $0 * 10 + Int($1 & 15) }
        }
        return LoadAnswer(number: number, isResponse: isResponse, content: carried)
    }

    /// Where the text after some bytes begins.
    private static func find(
        _ wanted: [UInt8], in text: UnsafeRawBufferPointer, from start: Int, before end: Int
    ) -> Int? {
        let last = min(end, text.count) - wanted.count
        var place = start
        while place <= last {
            if text[place] == wanted[0], text[place + wanted.count - 1] == wanted[wanted.count - 1],
                text[place..<place + wanted.count].elementsEqual(wanted)
            {
                return place + wanted.count
            }
            place += 1
        }
        return nil
    }
}
