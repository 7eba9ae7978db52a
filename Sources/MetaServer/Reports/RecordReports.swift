internal import Beehive
internal import MetaManager
internal import NIOPosix

/// The flight record, as reports and metrics tell of it.
enum RecordReports {
    /// How the recorder stands.
    static func json(_ status: FlightRecorder.Status) -> JSONValue {
        [
            "path": JSONValue(text: status.folder), "on": .bool(status.isOn),
            "problem": status.problem.map { JSONValue(text: $0) } ?? .null,
            "recorded": JSONValue(integer: status.recorded), "dropped": JSONValue(integer: status.dropped),
            "dropped_by": [
                "slow": JSONValue(integer: status.droppedSlow), "full": JSONValue(integer: status.droppedFull),
                "failed": JSONValue(integer: status.droppedFailed),
            ], "written_bytes": JSONValue(integer: status.written),
        ]
    }
}

extension Router {
    /// Adds `GET /metamanager/v1/record`: the flight record, with all that was decided up to now.
    mutating func addRecord(_ context: ServerContext) {
        on("GET", "/metamanager/v1/record") { _ in
            await context.blocking {
                guard let recorder = context.recorder else {
                    return .failure(404, reason: "NotFound", "this daemon records nothing")
                }
                recorder.flush()
                let status = recorder.status
                let export = FlightExport(
                    folder: status.folder, build: Release.version, peer: context.node?().generation,
                    now: context.time.now().wall)
                guard export.segmentCount > 0 else {
                    return .failure(
                        404, reason: "NotFound",
                        status.problem ?? "nothing is recorded yet, or trace.bytes is 0")
                }
                return APIResponse(
                    type: "application/jsonl", body: .stream(RecordSource(export, threads: context.threads)))
            }
        }
    }
}

/// Reads a record on a thread that may block, as fast as the client takes it; holds one piece.
final class RecordSource: ChunkSource {
    private struct State {
        /// Nil while it is read from, and at the end.
        var export: Reading?
        var piece: [UInt8]?
        var hasEnded = false
        var callback: (@Sendable () -> Void)?
    }

    /// Handed from one thread to the next, never used by two.
    private struct Reading: @unchecked Sendable {
        // `@unchecked` since the compiler does not see that whoever has it took it out of `State` under the lock.
        let export: FlightExport
    }

    private let state: Lock<State>
    private let threads: NIOThreadPool

    init(_ export: sending FlightExport, threads: NIOThreadPool) {
        var first = State()
        first.export = Reading(export: export)
        state = Lock(first)
        self.threads = threads
    }

    func next() -> Chunk {
        let (chunk, reading) = state.withLock { state -> (Chunk, Reading?) in
            if let piece = state.piece {
                state.piece = nil
                return (.bytes(piece), nil)
            }
            if state.hasEnded { return (.end, nil) }
            defer { state.export = nil }
            return (.wait, state.export)
        }
        if let reading { threads.submit { item in self.read(reading, isActive: item == .active) } }
        return chunk
    }

    private func read(_ reading: Reading, isActive: Bool) {
        let piece = isActive ? reading.export.next() : nil
        let callback = state.withLock { state in
            if let piece, !state.hasEnded {
                state.piece = piece
                state.export = reading
            } else {
                state.hasEnded = true
            }
            defer { state.callback = nil }
            return state.callback
        }
        callback?()
    }

    func whenReadable(_ callback: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.piece != nil || state.hasEnded { return true }
            state.callback = callback
            return false
        }
        if isNow { callback() }
    }

    func cancel() {
        let callback = state.withLock { state in
            state.hasEnded = true
            state.export = nil
            defer { state.callback = nil }
            return state.callback
        }
        callback?()
    }
}
