internal import Beehive

/// Cuts an input into pieces of the lengths that its first bytes choose, as a socket would hand them over.
struct Pieces {
    /// The stream: all but the bytes that choose.
    let stream: Bytes
    private let lengths: Bytes

    init(_ bytes: UnsafeRawBufferPointer) {
        let all = Bytes(bytes)
        lengths = all.prefix(4)
        stream = all.dropFirst(4)
    }

    /// The pieces in order; none is empty.
    var all: [Bytes] {
        guard !lengths.isEmpty else { return [] }
        var rest = stream
        var pieces: [Bytes] = []
        var turn = lengths.startIndex
        while !rest.isEmpty {
            let length = Int(lengths[turn]) % 97 + 1
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
            turn = turn + 1 == lengths.endIndex ? lengths.startIndex : turn + 1
        }
        return pieces
    }
}
