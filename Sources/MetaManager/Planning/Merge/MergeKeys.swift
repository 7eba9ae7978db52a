/// The lists that are merged element by element, by the field that tells their elements apart.
///
/// Kubernetes' own types name these; every other list of a status is replaced whole. The same as `MergeSchema.status`,
/// without a look into a table for each list of each report.
enum MergeKeys {
    static func key(forList field: String) -> String? {
        switch field {
        case "conditions", "addresses": "type"
        case "podIPs": "ip"
        case "ownerReferences": "uid"
        default: nil
        }
    }
}

/// The words with which a strategic merge patch gives orders instead of values.
enum Directive {
    static let patch = "$patch"
    static let retainKeys = "$retainKeys"
    static let setElementOrder = "$setElementOrder/"
    static let deleteFromList = "$deleteFromPrimitiveList/"
    static let replace = "replace"
    static let delete = "delete"
}
