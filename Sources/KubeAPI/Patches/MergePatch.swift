package import Beehive

/// JSON merge patches (RFC 7386).
///
/// Members are the same when the bytes of their unescaped keys are. Of several in one object the last counts, in a patch
/// as in what is patched: as the API server, and every reader of this program, has it.
package enum MergePatch {
    /// The patched value.
    ///
    /// - Parameters:
    ///   - patch: what is to be set; null removes.
    ///   - value: what is patched; anything but an object counts as an empty one when the patch is an object.
    /// - Returns: the patched value.
    package static func apply(_ patch: JSONValue, to value: JSONValue) -> JSONValue {
        guard case .object(let orders) = patch else { return patch }
        var members = MemberIndex(value.members)
        for order in MemberIndex(orders).members {
            // Not a conditional expression: there `nil` would be JSON's null.
            if order.value == .null {
                members[order.key] = nil
            } else {
                members[order.key] = apply(order.value, to: members[order.key] ?? .null)
            }
        }
        return .object(members.members)
    }
}
