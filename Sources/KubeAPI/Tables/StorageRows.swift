import Beehive

/// The rows of volumes and what makes them.
enum StorageRows {
    static let volumes = RowPrinter([
        .name, .text("Capacity", "How much it holds."),
        .text("Access Modes", "By how many nodes it can be used, and how."),
        .text("Reclaim Policy", "What becomes of it when it is free again."), .text("Status", "What it is doing."),
        .text("Claim", "The claim that holds it."), .text("StorageClass", "The class it belongs to."),
        .text("VolumeAttributesClass", "The class of its attributes."), .text("Reason", "Why it is in that status."),
        .age,
        .wide("VolumeMode", "Whether it is a file system or a bare device."),
    ]) { object in
        let spec = object.spec
        let claim = spec["claimRef"]
        return [
            object.name, object.text(spec["capacity"]["storage"].text),
            object.text(CellText.accessModes(spec["accessModes"])),
            object.text(spec["persistentVolumeReclaimPolicy"].text),
            object.text(object.isDeleted ? "Terminating" : object.status["phase"].text),
            object.text(claim.isPresent ? "\(claim["namespace"].text)/\(claim["name"].text)" : ""),
            object.text(CellText.storageClass(object)),
            object.text(spec["volumeAttributesClassName"].text(or: "<unset>")),
            object.text(object.status["reason"].text), object.age, object.text(spec["volumeMode"].text(or: "<unset>")),
        ]
    }

    static let claims = RowPrinter([
        .name, .text("Status", "Whether it has a volume."), .text("Volume", "The volume it has."),
        .text("Capacity", "How much that volume holds."),
        .text("Access Modes", "By how many nodes it can be used, and how."),
        .text("StorageClass", "The class it asks for."),
        .text("VolumeAttributesClass", "The class of attributes it asks for."),
        .age, .wide("VolumeMode", "Whether a file system or a bare device is wanted."),
    ]) { object in
        let (spec, status) = (object.spec, object.status)
        let isBound = !spec["volumeName"].text.isEmpty
        return [
            object.name, object.text(object.isDeleted ? "Terminating" : status["phase"].text),
            object.text(spec["volumeName"].text),
            object.text(isBound ? status["capacity"]["storage"].text(or: "0") : ""),
            object.text(isBound ? CellText.accessModes(status["accessModes"]) : ""),
            object.text(CellText.storageClass(object)),
            object.text(spec["volumeAttributesClassName"].text(or: "<unset>")),
            object.age, object.text(spec["volumeMode"].text(or: "<unset>")),
        ]
    }

    static let classes = RowPrinter([
        .name, .text("Provisioner", "Who makes its volumes."),
        .text("ReclaimPolicy", "What becomes of volumes that are free again."),
        .text("VolumeBindingMode", "When volumes are made and bound."),
        .text("AllowVolumeExpansion", "Whether its volumes can grow."), .age,
    ]) { object in
        let notes = object.metadata["annotations"]
        let isDefault = [
            "storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class",
        ]
        .contains { notes[$0].text == "true" }
        let (name, view) = (object.metadata["name"].text, object.object)
        return [
            object.text(isDefault ? "\(name) (default)" : name), object.text(view["provisioner"].text),
            object.text(view["reclaimPolicy"].text(or: "Delete")),
            object.text(view["volumeBindingMode"].text(or: "Immediate")),
            .bool(view["allowVolumeExpansion"].isTrue), object.age,
        ]
    }

    static let attachments = RowPrinter([
        .name, TableColumn(name: "Attacher", format: "name", description: "Who attaches the volume."),
        .text("PV", "The volume."), .text("Node", "The node that it is attached to."),
        TableColumn(name: "Attached", type: "boolean", description: "Whether it is attached."), .age,
    ]) { object in
        [
            object.name, object.text(object.spec["attacher"].text),
            object.text(object.spec["source"]["persistentVolumeName"].text), object.text(object.spec["nodeName"].text),
            .bool(object.status["attached"].isTrue), object.age,
        ]
    }

    static let nodes = RowPrinter([.name, .integer("Drivers", "Drivers that are registered on the node."), .age]) {
        [$0.name, JSONValue(integer: $0.spec["drivers"].count), $0.age]
    }
}
