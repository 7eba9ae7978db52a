/// Why a frame is no message: what is wrong, and where.
public struct DecodeError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure, for counting.
    public enum Code: String, Sendable, CaseIterable {
        /// It is no JSON.
        case notJSON = "not_json"
        /// It is nested too deep.
        case tooDeep = "too_deep"
        /// It is larger than may be.
        case tooLarge = "too_large"
        /// It has no `msg_id`.
        case noID = "no_id"
        /// It is JSON, but a field is of the wrong kind.
        case wrongShape = "wrong_shape"
    }

    /// The kind of failure.
    public let code: Code
    /// One line for people; holds no part of the body.
    public let description: String
}

/// Reads messages from frames, in one pass over the bytes.
public struct MessageDecoder: Sendable {
    /// The largest frame taken, in bytes.
    public var maximumBytes: Int
    /// The deepest nesting taken.
    public var maximumDepth: Int

    /// Makes a decoder.
    ///
    /// - Parameters:
    ///   - maximumBytes: the largest frame taken.
    ///   - maximumDepth: the deepest nesting taken, 512 at most.
    public init(maximumBytes: Int = 64 << 20, maximumDepth: Int = 512) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
    }

    /// Reads one frame.
    ///
    /// The content shares the frame's bytes, unless the frame would keep much more alive than `Message.cost` counts: more
    /// than 1 KiB and an eighth of the content. Unknown fields are kept, 1,024 in each object at most. The last of
    /// duplicate fields wins, as in Go.
    ///
    /// - Parameter frame: one JSON object, white space allowed around it.
    /// - Returns: the message.
    /// - Throws: `DecodeError`; nothing of the frame's content is in its text.
    public func decode(_ frame: Bytes) throws(DecodeError) -> Message {
        guard frame.count <= maximumBytes else {
            throw DecodeError(
                code: .tooLarge, description: "frame of \(frame.count) bytes is larger than \(maximumBytes)")
        }
        let draft: MessageDraft
        do {
            draft = try frame.scanning(depthLimit: maximumDepth) { scanner throws(JSONFault) in
                var draft = MessageDraft(frame: frame)
                try draft.read(&scanner)
                try scanner.expectEnd()
                return draft
            }
        } catch {
            switch error.reason {
            case .tooDeep:
                throw DecodeError(
                    code: .tooDeep, description: "frame is nested deeper than \(maximumDepth) at byte \(error.offset)")
            case .tooMany:
                throw DecodeError(
                    code: .wrongShape,
                    description:
                        "frame has more than \(MessageDraft.maximumExtras) unknown fields at byte \(error.offset)")
            case .wrongKind:
                throw DecodeError(
                    code: .wrongShape, description: "frame has a field of the wrong kind at byte \(error.offset)")
            default: throw DecodeError(code: .notJSON, description: "frame is not JSON: \(error)")
            }
        }
        guard !draft.header.id.isEmpty else {
            throw DecodeError(code: .noID, description: "frame has no header.msg_id")
        }
        let rest = frame.count - draft.content.byteCount
        let content = rest > 1024 + draft.content.byteCount / 8 ? draft.content.detached() : draft.content
        return Message(header: draft.header, route: draft.route, content: content, extras: draft.extras)
    }
}
