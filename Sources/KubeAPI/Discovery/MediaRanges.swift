/// What an `Accept` header asks for, in the order of the caller's wishes.
struct MediaRanges {
    /// One media range, such as `application/json;g=apidiscovery.k8s.io;v=v2`.
    struct Range: Equatable {
        /// Type and subtype in lower case, such as `application/json`.
        var type: String
        /// The parameters but `q`, by name.
        var parameters: [String: String]
    }

    /// At most so many ranges are read; what stands behind them is not looked at.
    private static let limit = 32

    /// The ranges, wanted ones first; those with `q=0` are left out.
    let ranges: [Range]

    /// Reads a header's value; nil and empty mean that anything will do.
    init(_ accept: String?) {
        var read: [(quality: Double, range: Range)] = []
        for part in (accept ?? "").split(separator: ",", maxSplits: Self.limit).prefix(Self.limit) {
            let pieces = part.split(separator: ";").map { $0.trimmed }
            guard let type = pieces.first, !type.isEmpty else { continue }
            var range = Range(type: type.lowercased(), parameters: [:])
            var quality = 1.0
            for piece in pieces.dropFirst() {
                let pair = piece.split(separator: "=", maxSplits: 1).map { $0.trimmed }
                guard pair.count == 2 else { continue }
                if pair[0] == "q" { quality = Double(pair[1]) ?? 1 } else { range.parameters[pair[0]] = pair[1] }
            }
            if quality > 0 { read.append((quality, range)) }
        }
        ranges = read.enumerated()
            .sorted { ($1.element.quality, $0.offset) < ($0.element.quality, $1.offset) }
            .map(\.element.range)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
