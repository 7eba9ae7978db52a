import Beehive
import Glibc
import NIOPosix

/// One module on the daemon's socket that has many messages under way: one thread, plain system calls.
///
/// Unchecked since the reader has no lock: only the one thread of the pool that it was made on uses it.
final class UnixLoad: @unchecked Sendable {
    private static let magic = Array("beehv1rv".utf8)
    /// No more than this waits here for the socket: a message counts as written when it is put here.
    private static let ahead = 64 << 10

    private let socket: Int32
    private let patience: Int
    private let reader = AnswerReader()

    /// Connects as soon as the daemon listens, and attaches as edged.
    ///
    /// - Parameters:
    ///   - path: the socket.
    ///   - patience: seconds without an answer after which those under way are missing.
    /// - Throws: when nobody listens, or the daemon refuses the module.
    init(path: String, patience: Int) throws {
        self.patience = patience
        socket = try UnixSocket.connect(path, patience: 30)
        var wait = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        try attach()
    }

    deinit { close(socket) }

    private func attach() throws {
        let attach = FrameTemplate(
            #"{"header":{"msg_id":"\#(LoadWork.idPrefix)\#(FrameTemplate.number)","timestamp":1,"sync":true},"#
                + #""route":{"source":"edged","operation":"add","resource":"module"},"content":null}"#)
        // What comes beside the answer, such as the list of types to ask for, is none of the load's.
        let ledger = try run(first: 0, count: 1, inFlight: 1) { _, out in
            attach.append(FrameFields(), to: &out)
        } check: {
            $0.isResponse ? nil : "the daemon refuses the module"
        }
        guard ledger.isDone, ledger.wrong == 0 else {
            throw BenchError(ledger.firstWrong ?? "the daemon does not answer on its socket")
        }
    }

    /// Sends a window of messages and takes their answers; blocks.
    func run(_ work: LoadWork, window: Int, first: Int, count: Int, inFlight: Int) throws -> LoadLedger {
        var expected: [UInt8] = []
        return try run(first: first, count: count, inFlight: inFlight) { place, out in
            work.frame.append(work.fields(window, place, first + place), to: &out)
        } check: { answer in
            guard answer.isResponse else {
                return "an error: " + String(decoding: answer.content.prefix(300), as: UTF8.self)
            }
            expected.removeAll(keepingCapacity: true)
            let number = answer.number ?? 0
            work.answer.append(work.fields(window, number - first, number), to: &expected)
            let isEqual = expected.withUnsafeBytes { Self.areEqual($0, answer.content) }
            return isEqual ? nil : "content of \(answer.content.count) bytes that is not what was stored"
        }
    }

    private func run(
        first: Int, count: Int, inFlight: Int, frame: (Int, inout [UInt8]) -> Void,
        check: (LoadAnswer) -> String?
    ) throws -> LoadLedger {
        var ledger = LoadLedger(first: first, count: count, inFlight: inFlight)
        var out: [UInt8] = []
        var gone = 0
        while !ledger.isDone {
            if gone == out.count {
                out.removeAll(keepingCapacity: true)
                gone = 0
            }
            while out.count - gone < Self.ahead, let place = ledger.next(now: SystemTime.ticks()) {
                Self.append(to: &out) { frame(place, &$0) }
            }
            if gone < out.count {
                let count = out.withUnsafeBytes { bytes -> Int in
                    guard let base = bytes.baseAddress else { return 0 }
                    return send(
                        socket, base + gone, bytes.count - gone, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                }
                guard count >= 0 || errno == EAGAIN || errno == EINTR else { break }
                gone += max(0, count)
            }
            let hasMore = gone < out.count || ledger.mayGoOn
            guard !hasMore || waitForSocket() else { break }
            let read = reader.receive(socket, flags: hasMore ? Int32(MSG_DONTWAIT) : 0)
            // The end of the connection, or of patience: what is under way is missing.
            guard read > 0 || (read < 0 && (errno == EINTR || (hasMore && errno == EAGAIN))) else { break }
            while let answer = try reader.next() {
                guard let number = answer.number else { continue }
                let fault = check(answer)
                ledger.answer(to: number, fault: fault, now: SystemTime.ticks())
            }
        }
        return ledger
    }

    private static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count, let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
            return false
        }
        return memcmp(leftBase, rightBase, left.count) == 0
    }

    /// False when nothing came and nothing could be written for too long.
    private func waitForSocket() -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN | POLLOUT), revents: 0)
        let result = poll(&entry, 1, Int32(patience * 1000))
        return result > 0 || (result < 0 && errno == EINTR)
    }

    /// Appends a frame: the magic, four bytes of length, the body.
    private static func append(to out: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        out.append(contentsOf: magic)
        let place = out.count
        out.append(contentsOf: [0, 0, 0, 0])
        body(&out)
        let length = UInt32(out.count - place - 4)
        for offset in 0..<4 { out[place + offset] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * offset)) }
    }
}
