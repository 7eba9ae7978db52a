internal import Beehive

/// Where a sealed value stands: it opens there and nowhere else.
package enum SealedPlace: Sendable {
    /// An object as it was written at a revision, in its row or in the feed's line of its removal.
    case object(type: String, key: String, revision: Int64)
    /// A frame of the outbox.
    case frame(place: Int64, id: String, key: String)
    /// A row of a KubeEdge table that no object took over.
    case classic(source: Int64, place: String)

    /// What is authenticated with the value: a word for the kind of place, then each part with its length in front, so
    /// that no two places give the same bytes.
    package var authenticated: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ text: String) {
            add(UInt64(text.utf8.count))
            bytes += text.utf8
        }
        func add(_ number: UInt64) {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
            }
        }
        switch self {
        case .object(let type, let key, let revision):
            add("metamanager object 1")
            add(type)
            add(key)
            add(UInt64(bitPattern: revision))
        case .frame(let place, let id, let key):
            add("metamanager frame 1")
            add(UInt64(bitPattern: place))
            add(id)
            add(key)
        case .classic(let source, let place):
            add("metamanager classic 1")
            add(UInt64(bitPattern: source))
            add(place)
        }
        return bytes
    }

    /// How errors call it.
    var name: String {
        switch self {
        case .object(_, let key, _): "'\(key)'"
        case .frame(let place, _, _): "entry \(place) of the outbox"
        case .classic(let source, let place): "'\(place)' of KubeEdge's \(source == 0 ? "meta" : "meta_v2")"
        }
    }
}
