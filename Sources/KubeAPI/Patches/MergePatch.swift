package import Beehive

/// JSON merge patches (RFC 7386).
package enum MergePatch {
    /// The patched value.
    ///
    /// - Parameters:
    ///   - patch: what is to be set; null removes.
    ///   - value: what is patched; anything but an object counts as an empty one when the patch is an object.
    /// - Returns: the patched value.
    package static func apply(_ patch: JSONValue, to value: JSONValue) -> JSONValue {
        guard case .object(let orders) = patch else { return patch }
        // By an index: a stranger's patch may have a hundred thousand members.
        var members: [JSONMember?] = value.members
        var places: [String: Int] = [:]
        for (place, member) in value.members.enumerated() { places[member.key] = place }
        for order in orders {
            let place = places[order.key]
            if order.value == .null {
                guard let place else { continue }
                members[place] = nil
                places[order.key] = nil
                continue
            }
            let new = apply(order.value, to: place.flatMap { members[$0]?.value } ?? .null)
            if let place {
                members[place] = JSONMember(order.key, new)
            } else {
                places[order.key] = members.count
                members.append(JSONMember(order.key, new))
            }
        }
        return .object(members.compactMap(\.self))
    }
}
