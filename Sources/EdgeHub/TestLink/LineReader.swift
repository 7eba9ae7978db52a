#if DEBUG
    internal import Beehive
    internal import NIOCore

    /// Cuts a stream into lines; a line over the limit is thrown away while it is read.
    struct LineReader {
        enum Line {
            case line(Bytes)
            case oversize(OversizeFrame)
        }

        /// The longest line taken, without its end.
        let limit: Int
        private var partial: [UInt8] = []
        private var oversize: OversizeFrame?

        init(limit: Int) { self.limit = limit }

        /// Takes the next line out of a buffer; nil, and the buffer empty, when its end has not come.
        mutating func next(_ buffer: inout ByteBuffer) -> Line? {
            let view = buffer.readableBytesView
            let end = view.firstIndex(of: UInt8(ascii: "\n"))
            take(view[..<(end ?? view.endIndex)])
            buffer.moveReaderIndex(forwardBy: (end.map { $0 + 1 } ?? view.endIndex) - view.startIndex)
            guard end != nil else { return nil }
            defer {
                partial = []
                oversize = nil
            }
            if let oversize { return .oversize(oversize) }
            return .line(partial[...])
        }

        private mutating func take(_ part: some Collection<UInt8>) {
            if oversize != nil {
                oversize?.take(part)
                return
            }
            guard partial.count + part.count > limit else {
                partial += part
                return
            }
            var frame = OversizeFrame()
            frame.take(partial)
            frame.take(part)
            partial = []
            oversize = frame
        }
    }
#endif
