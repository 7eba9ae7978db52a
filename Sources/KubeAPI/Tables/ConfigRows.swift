import Beehive

/// The rows of what pods are given, and of small things.
enum ConfigRows {
    static let configMaps = RowPrinter([.name, .text("Data", "How many entries it has."), .age]) { object in
        let count = object.object["data"].count + object.object["binaryData"].count
        return [object.name, JSONValue(integer: count), object.age]
    }

    static let secrets = RowPrinter([
        .name, .text("Type", "What kind of secret it is."), .text("Data", "How many entries it has."), .age,
    ]) { object in
        [
            object.name, object.text(object.object["type"].text(or: "Opaque")),
            JSONValue(integer: object.object["data"].count), object.age,
        ]
    }

    static let namespaces = RowPrinter([.name, .text("Status", "Whether it is in use or on its way out."), .age]) {
        [$0.name, $0.text($0.status["phase"].text), $0.age]
    }

    static let serviceAccounts = RowPrinter([.name, .text("Secrets", "How many secrets it names."), .age]) {
        [$0.name, JSONValue(integer: $0.object["secrets"].count), $0.age]
    }

    static let leases = RowPrinter([.name, .text("Holder", "Who holds it."), .age]) {
        [$0.name, $0.text($0.spec["holderIdentity"].text), $0.age]
    }

    static let priorityClasses = RowPrinter([
        .name, .integer("Value", "The priority of its pods."),
        TableColumn(name: "Global-Default", type: "boolean", description: "Whether pods without a class belong to it."),
        .age,
        .text("PreemptionPolicy", "Whether its pods push out others."),
    ]) { object in
        let view = object.object
        return [
            object.name, object.number(view["value"]), .bool(view["globalDefault"].isTrue), object.age,
            object.text(view["preemptionPolicy"].text(or: "PreemptLowerPriority")),
        ]
    }

    static let runtimeClasses = RowPrinter([.name, .text("Handler", "What runs its pods."), .age]) {
        [$0.name, $0.text($0.object["handler"].text), $0.age]
    }

    static let devices = RowPrinter([
        .name, .text("Node", "The node that the device is attached to."),
        .text("Model", "The model that describes it."), .age,
        .wide("Protocol", "How the device is spoken to."),
    ]) { object in
        let (spec, wire) = (object.spec, object.spec["protocol"])
        return [
            object.name, object.text(spec["nodeName"].text(or: CellText.none)),
            object.text(spec["deviceModelRef"]["name"].text(or: CellText.none)), object.age,
            object.text(wire["protocolName"].text(or: wire.members.first { $0.key != "common" }?.key ?? CellText.none)),
        ]
    }
}
