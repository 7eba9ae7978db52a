public import Beehive

/// A recorded traffic file: one JSON object on a line, as `metamanager trace --record` writes it.
public struct RecordedTraffic: Sendable {
    /// One line.
    public struct Line: Sendable {
        /// What it holds.
        public enum Body: Sendable {
            /// A frame that the cloud sent.
            case fromCloud(Message)
            /// A frame that went to the cloud.
            case toCloud(Message)
            /// A frame that is no message, and why: the link skips it.
            case unreadable(String)
            /// What happened beside the frames, in words.
            case event(String)
        }

        /// Its number in the file, from 1.
        public let number: Int
        /// Milliseconds since the recording began.
        public let time: Int64
        /// What it holds.
        public let body: Body
    }

    /// Why a file is no recording.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        /// One line that names the line and the cause.
        public let description: String
    }

    /// The latest time of a line, in milliseconds: every timer up to it is run.
    public static let longest: Int64 = 366 * 86_400_000

    /// The lines, in order.
    public let lines: [Line]
    /// True when the first line is `{"expect": "file"}`: the recorded acknowledgements and answers are the wanted ones.
    public let expectsItself: Bool

    /// Reads a recording; empty lines are skipped.
    ///
    /// - Parameter text: the whole file.
    /// - Throws: `Fault` with the first line that cannot be read.
    public init(parsing text: Bytes) throws(Fault) {
        var lines: [Line] = []
        var expectsItself = false
        for (index, text) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard text.contains(where: { $0 > 0x20 }) else { continue }
            let number = index + 1
            func fault(_ cause: String) -> Fault {
                Fault(description: "line \(number): \(OneLine.of(cause, limit: 500))")
            }
            let tree: JSONValue
            do {
                tree = try JSONValue(parsing: text)
            } catch {
                throw fault("no JSON: \(error)")
            }
            if let wanted = tree["expect"]?.text {
                guard wanted == "file", lines.isEmpty else {
                    throw fault("'expect' stands in the first line and says \"file\"")
                }
                expectsItself = true
                continue
            }
            let time = Int64(tree["t_ms"]?.integer ?? 0)
            guard (0...Self.longest).contains(time) else {
                throw fault("'t_ms' is \(time): wants 0 to \(Self.longest)")
            }
            let direction = tree["dir"]?.text ?? ""
            if direction == "event" {
                lines.append(Line(number: number, time: time, body: .event(tree["event"]?["what"]?.text ?? "")))
                continue
            }
            guard direction == "cloud->edge" || direction == "edge->cloud" else {
                throw fault("'dir' is '\(direction)': want cloud->edge, edge->cloud or event")
            }
            guard let range = JSONMembers.range(of: "frame", in: text) else { throw fault("has no 'frame'") }
            let body: Line.Body
            do {
                let message = try MessageDecoder().decode(text[range])
                body = direction == "cloud->edge" ? .fromCloud(message) : .toCloud(message)
            } catch {
                body = .unreadable(error.description)
            }
            lines.append(Line(number: number, time: time, body: body))
        }
        self.lines = lines
        self.expectsItself = expectsItself
    }
}

/// Which frames of the cloud wait for an acknowledgement (protocol page, section 7).
enum Acknowledgement {
    private static let unneeded: Set<ResourceType> = [
        .node, .pod, .lease, .podPatch, .nodePatch, .podStatus, .nodeStatus, .certificateSigningRequest,
        .serviceAccountToken, .clusterCA,
    ]

    /// True if the cloud sends the frame again until it is acknowledged.
    static func isNeeded(for message: Message) -> Bool {
        let route = message.route
        let type = (try? ResourcePath(parsing: route.resource))?.type
        switch route.group {
        case .twin, .user, .taskManager: return false
        default: break
        }
        if route.operation == .error || route.operation == .applicationResponse || route.operation.isVolume
            || type == .podList
        {
            return false
        }
        if route.operation == .delete { return true }
        guard !message.header.resourceVersion.isEmpty else { return false }
        guard route.operation == .response else { return true }
        guard let type, !unneeded.contains(type), !message.content.isOK else { return false }
        return AnswerContent(message.content).refusal == nil
    }
}
