import Beehive

/// The rows of nodes.
enum NodeRow {
    static let printer = RowPrinter([
        .name, .text("Status", "Whether the node is ready, and takes new pods."),
        .text("Roles", "What the node's labels say it is for."), .age,
        .text("Version", "The version of the node's agent."),
        .wide("Internal-IP", "The node's address within the cluster."),
        .wide("External-IP", "The node's address from outside."), .wide("OS-Image", "The node's operating system."),
        .wide("Kernel-Version", "The node's kernel."), .wide("Container-Runtime", "What runs the node's containers."),
    ]) { node in
        let info = node.status["nodeInfo"]
        let addresses = node.status["addresses"]
        let texts = [
            info["kubeletVersion"].text, addresses.condition("InternalIP")["address"].text(or: CellText.none),
            addresses.condition("ExternalIP")["address"].text(or: CellText.none),
            info["osImage"].text(or: "<unknown>"), info["kernelVersion"].text(or: "<unknown>"),
            info["containerRuntimeVersion"].text(or: "<unknown>"),
        ]
        return [node.name, node.text(status(node)), node.text(roles(node)), node.age] + texts.map { node.text($0) }
    }

    private static func status(_ node: PrintedObject) -> String {
        let ready = node.status["conditions"].condition("Ready")
        let word = !ready.isPresent ? "Unknown" : ready["status"].text == "True" ? "Ready" : "NotReady"
        return node.spec["unschedulable"].isTrue ? "\(word),SchedulingDisabled" : word
    }

    private static func roles(_ node: PrintedObject) -> String {
        var found: Set<String> = []
        let prefix = "node-role.kubernetes.io/"
        for label in node.metadata["labels"].members {
            if label.key.hasPrefix(prefix) {
                found.insert(String(label.key.dropFirst(prefix.count)))
            } else if label.key == "kubernetes.io/role" {
                found.insert(label.value.text ?? "")
            }
        }
        return CellText.joined(found.filter { !$0.isEmpty }.sorted())
    }
}
