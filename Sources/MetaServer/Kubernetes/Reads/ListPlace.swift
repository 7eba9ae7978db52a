internal import Beehive
internal import KubeAPI

/// Where a list that was cut at its limit goes on: what `continue` holds.
struct ListPlace: Hashable {
    /// The store's revision of the first page: what the client goes on watching from.
    var revision: Int64
    var place: ObjectRows.Place

    init(revision: Int64, place: ObjectRows.Place) {
        self.revision = revision
        self.place = place
    }

    /// Reads a token.
    ///
    /// - Parameter token: what `token` gave.
    /// - Throws: a 400 for what this program did not make.
    init(token: String) throws(APIFailure) {
        let parts = token.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let revision = Int64(parts[0]), revision >= 0, !parts[1].isEmpty else {
            throw .badRequest("continue key is not valid: take it from metadata.continue of the page before")
        }
        self.revision = revision
        place = ObjectRows.Place(namespace: String(parts[1]), name: String(parts[2]))
    }

    /// The token that a client sends back.
    var token: String { "\(revision)/\(place.namespace)/\(place.name)" }
}
