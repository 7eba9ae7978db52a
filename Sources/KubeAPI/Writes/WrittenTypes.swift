package import Beehive

/// The types of what can be written without the cloud: the metadata of every object, and the built-in kinds that are
/// taken by default.
package enum WrittenTypes {
    /// What does not fit in an object, in words; nil when all does.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - kind: its kind.
    /// - Returns: one line that names the field.
    package static func fault(in object: JSONValue, kind: KubeKind) -> String? {
        var fields: [String: FieldType] = [:]
        switch (kind.resource.group, kind.resource.plural) {
        case ("", "configmaps"): fields = configMap
        case ("coordination.k8s.io", "leases"): fields = lease
        case ("", "events"): fields = event
        case ("events.k8s.io", "events"): fields = newEvent
        default: break
        }
        fields["metadata"] = metadata
        return FieldType.fields(fields).fault(in: object, at: "")
    }

    private static func texts(_ names: String...) -> [String: FieldType] {
        Dictionary(names.map { ($0, .text) }) { first, _ in first }
    }

    private static func fields(_ texts: [String: FieldType], _ others: [String: FieldType] = [:]) -> FieldType {
        .fields(texts.merging(others) { _, other in other })
    }

    private static let metadata = fields(
        texts("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion"),
        [
            "generation": .int64, "creationTimestamp": .time, "deletionTimestamp": .time,
            "deletionGracePeriodSeconds": .int64, "labels": .map(.text), "annotations": .map(.text),
            "finalizers": .list(.text),
            "ownerReferences": .list(
                fields(
                    texts("apiVersion", "kind", "name", "uid"), ["controller": .bool, "blockOwnerDeletion": .bool])),
            "managedFields": .list(
                fields(
                    texts("manager", "operation", "apiVersion", "fieldsType", "subresource"),
                    ["time": .time, "fieldsV1": .object])),
        ])

    private static let configMap: [String: FieldType] = [
        "data": .map(.text), "binaryData": .map(.bytes), "immutable": .bool,
    ]

    private static let lease: [String: FieldType] = [
        "spec": fields(
            texts("holderIdentity", "strategy", "preferredHolder"),
            [
                "leaseDurationSeconds": .int32, "leaseTransitions": .int32, "acquireTime": .microTime,
                "renewTime": .microTime,
            ])
    ]

    private static let reference = fields(
        texts("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"))
    private static let source = fields(texts("component", "host"))
    private static let series = fields([:], ["count": .int32, "lastObservedTime": .microTime])

    private static let event: [String: FieldType] = texts(
        "reason", "message", "type", "action", "reportingComponent", "reportingInstance"
    ).merging([
        "involvedObject": reference, "related": reference, "source": source, "series": series,
        "firstTimestamp": .time, "lastTimestamp": .time, "eventTime": .microTime, "count": .int32,
    ]) { $1 }

    private static let newEvent: [String: FieldType] = texts(
        "reason", "note", "type", "action", "reportingController", "reportingInstance"
    ).merging([
        "regarding": reference, "related": reference, "deprecatedSource": source, "series": series,
        "deprecatedFirstTimestamp": .time, "deprecatedLastTimestamp": .time, "eventTime": .microTime,
        "deprecatedCount": .int32,
    ]) { $1 }
}
