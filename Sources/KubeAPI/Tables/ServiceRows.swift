import Beehive

/// The rows of what leads to pods.
enum ServiceRows {
    static let services = RowPrinter([
        .name, .text("Type", "How the service is reached."), .text("Cluster-IP", "Its address within the cluster."),
        .text("External-IP", "Its addresses from outside."), .text("Port(s)", "Its ports, with those on the nodes."),
        .age,
        .wide("Selector", "The labels of the pods behind it."),
    ]) { service in
        let spec = service.spec
        let first = spec["clusterIPs"].elements.first?.text ?? ""
        return [
            service.name, service.text(spec["type"].text(or: "ClusterIP")),
            service.text(first.isEmpty ? spec["clusterIP"].text(or: CellText.none) : first),
            service.text(external(service)), service.text(CellText.joined(spec["ports"].elements.map(port))),
            service.age,
            service.text(CellText.labels(spec["selector"])),
        ]
    }

    private static func external(_ service: PrintedObject) -> String {
        let own = service.spec["externalIPs"].elements.map(\.text)
        switch service.spec["type"].text {
        case "ExternalName": return service.spec["externalName"].text
        case "LoadBalancer":
            return CellText.joined(CellText.ingress(service.status["loadBalancer"]) + own, or: "<pending>")
        default: return CellText.joined(own)
        }
    }

    private static func port(_ port: ObjectView) -> String {
        let node = port["nodePort"].integer ?? 0
        return "\(port["port"].integer ?? 0)\(node > 0 ? ":\(node)" : "")/\(port["protocol"].text(or: "TCP"))"
    }

    static let endpoints = RowPrinter([.name, .text("Endpoints", "Addresses and ports behind the service."), .age]) {
        object in
        // Ports times addresses may be many: only three are written, the others are counted.
        var shown: [String] = []
        var count = 0
        for subset in object.object["subsets"].elements {
            let addresses = subset["addresses"].elements
            let ports = subset["ports"].elements
            count += addresses.count * max(ports.count, 1)
            for port in ports.isEmpty ? [nil] : ports.map({ $0["port"].integer ?? 0 }) where shown.count < 3 {
                for address in addresses.prefix(3 - shown.count) {
                    let ip = address["ip"].text
                    shown.append(port.map { CellText.address(ip, port: $0) } ?? ip)
                }
            }
        }
        let more = count > shown.count ? " + \(count - shown.count) more..." : ""
        return [object.name, object.text(CellText.joined(shown) + more), object.age]
    }

    static let endpointSlices = RowPrinter([
        .name, .text("AddressType", "The kind of the addresses."), .text("Ports", "The ports of each address."),
        .text("Endpoints", "The addresses behind the service."), .age,
    ]) { object in
        let ports = object.object["ports"].elements.map { port in port["port"].integer.map { "\($0)" } ?? "*" }
        let addresses = object.object["endpoints"].elements.flatMap { $0["addresses"].elements.map(\.text) }
        return [
            object.name, object.text(object.object["addressType"].text),
            object.text(CellText.few(ports, or: "<unset>")),
            object.text(CellText.few(addresses, or: "<unset>")), object.age,
        ]
    }

    static let ingresses = RowPrinter([
        .name, .text("Class", "Who serves it."), .text("Hosts", "The hosts it answers for."),
        .text("Address", "Where it is reached."), .text("Ports", "The ports it is reached at."), .age,
    ]) { object in
        let hosts = object.spec["rules"].elements.map { $0["host"].text }.filter { !$0.isEmpty }
        return [
            object.name, object.text(object.spec["ingressClassName"].text(or: CellText.none)),
            object.text(CellText.few(hosts, or: "*")),
            object.text(CellText.joined(CellText.ingress(object.status["loadBalancer"]), or: "")),
            object.text(object.spec["tls"].count > 0 ? "80, 443" : "80"), object.age,
        ]
    }

    static let ingressClasses = RowPrinter([
        .name, .text("Controller", "Who serves ingresses of the class."),
        .text("Parameters", "The object with more settings."), .age,
    ]) { object in
        let parameters = object.spec["parameters"]
        let group = parameters["apiGroup"].text
        let kind = parameters["kind"].text + (group.isEmpty ? "" : ".\(group)")
        let shown = parameters.isPresent ? "\(kind)/\(parameters["name"].text)" : CellText.none
        return [object.name, object.text(object.spec["controller"].text), object.text(shown), object.age]
    }

    static let networkPolicies = RowPrinter([.name, .text("Pod-Selector", "The labels of the pods it is for."), .age]) {
        [$0.name, $0.text(CellText.selector($0.spec["podSelector"])), $0.age]
    }
}
