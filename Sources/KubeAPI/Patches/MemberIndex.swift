internal import Beehive

/// Members of an object by their keys: a stranger's object may have a hundred thousand.
///
/// Keys are the same when their bytes are, and of several members with one key the last counts, in the place of the first.
struct MemberIndex {
    /// Nil for what was removed.
    private var list: [JSONMember?] = []
    private var places: [KeyBytes: Int] = [:]

    init(_ members: [JSONMember]) {
        list.reserveCapacity(members.count)
        for member in members { self[member.key] = member.value }
    }

    /// What is left, in order.
    var members: [JSONMember] { list.compactMap(\.self) }

    /// A member's value: read, set in its place or at the end, or removed by setting nil.
    subscript(key: String) -> JSONValue? {
        get { places[KeyBytes(text: key)].flatMap { list[$0]?.value } }
        set {
            let name = KeyBytes(text: key)
            switch (places[name], newValue) {
            case (let place?, let value?): list[place] = JSONMember(key, value)
            case (let place?, nil):
                list[place] = nil
                places[name] = nil
            case (nil, let value?):
                places[name] = list.count
                list.append(JSONMember(key, value))
            case (nil, nil): break
            }
        }
    }
}
