import Beehive

/// The rows of what runs pods for as long as they are wanted.
enum WorkloadRows {
    static let deployments = RowPrinter(
        [
            .name, .text("Ready", "Pods that are ready, of those wanted."),
            .text("Up-to-date", "Pods of the newest template."),
            .text("Available", "Pods that have been ready for long enough."),
            .age,
        ] + CellText.containerColumns + [CellText.selectorColumn]
    ) { object in
        let status = object.status
        return [
            object.name, object.ratio(status["readyReplicas"], of: object.spec["replicas"]),
            object.number(status["updatedReplicas"]), object.number(status["availableReplicas"]), object.age,
        ] + CellText.containers(object.spec["template"]["spec"])
            + [object.text(CellText.selector(object.spec["selector"]))]
    }

    static let daemonSets = RowPrinter(
        [
            .name, .integer("Desired", "Nodes that should run a pod."), .integer("Current", "Nodes that run a pod."),
            .integer("Ready", "Nodes whose pod is ready."),
            .integer("Up-to-date", "Nodes with a pod of the newest template."),
            .integer("Available", "Nodes whose pod has been ready for long enough."),
            .text("Node Selector", "The labels of the nodes that are meant."), .age,
        ] + CellText.containerColumns + [CellText.selectorColumn]
    ) { object in
        let counts = [
            "desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled",
            "numberAvailable",
        ]
        let pods = object.spec["template"]["spec"]
        return [object.name] + counts.map { object.number(object.status[$0]) }
            + [object.text(CellText.labels(pods["nodeSelector"])), object.age] + CellText.containers(pods)
            + [object.text(CellText.selector(object.spec["selector"]))]
    }

    static let statefulSets = RowPrinter(
        [.name, .text("Ready", "Pods that are ready, of those wanted."), .age] + CellText.containerColumns
    ) { object in
        [object.name, object.ratio(object.status["readyReplicas"], of: object.spec["replicas"]), object.age]
            + CellText.containers(object.spec["template"]["spec"])
    }

    static let replicaSets = replicas { CellText.selector($0) }
    static let replicationControllers = replicas { CellText.labels($0) }

    private static func replicas(selector: @escaping @Sendable (ObjectView) -> String) -> RowPrinter {
        RowPrinter(
            [
                .name, .integer("Desired", "Pods that are wanted."), .integer("Current", "Pods that there are."),
                .integer("Ready", "Pods that are ready."), .age,
            ] + CellText.containerColumns + [CellText.selectorColumn]
        ) { object in
            [
                object.name, object.number(object.spec["replicas"]), object.number(object.status["replicas"]),
                object.number(object.status["readyReplicas"]), object.age,
            ] + CellText.containers(object.spec["template"]["spec"]) + [object.text(selector(object.spec["selector"]))]
        }
    }

    static let controllerRevisions = RowPrinter([
        .name, .text("Controller", "The object whose template it keeps."),
        .text("Revision", "Which of the templates it is."), .age,
    ]) { object in
        let owner = object.metadata["ownerReferences"].elements.first { $0["controller"].isTrue } ?? ObjectView(nil)
        let group = owner["apiVersion"].text.split(separator: "/")
        let kind = owner["kind"].text.lowercased() + (group.count > 1 ? ".\(group[0])" : "")
        let controller = owner.isPresent ? "\(kind)/\(owner["name"].text)" : CellText.none
        return [object.name, object.text(controller), object.number(object.object["revision"]), object.age]
    }

    static let disruptionBudgets = RowPrinter([
        .name, .text("Min Available", "Pods that have to stay available."),
        .text("Max Unavailable", "Pods that may be unavailable."),
        .integer("Allowed Disruptions", "Pods that may be disturbed now."), .age,
    ]) { object in
        func bound(_ view: ObjectView) -> JSONValue {
            object.text(view.integer.map { "\($0)" } ?? view.text(or: "N/A"))
        }
        return [
            object.name, bound(object.spec["minAvailable"]), bound(object.spec["maxUnavailable"]),
            object.number(object.status["disruptionsAllowed"]), object.age,
        ]
    }
}
