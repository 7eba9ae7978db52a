internal import Beehive

/// The columns of `get` for the usual kinds.
enum ObjectTable {
    /// One object as `get` shows it.
    struct Row {
        let path: ResourcePath?
        let key: String
        let type: ResourceType
        let value: JSONValue

        var name: String { value["metadata"]?["name"]?.text ?? path?.id ?? key }
        var namespace: String {
            value["metadata"]?["namespace"]?.text ?? path?.namespace ?? ""
        }
    }

    static func table(_ rows: [Row], isWide: Bool, withNamespace: Bool, now: Int64) -> TextTable {
        let type = rows.first?.type ?? ""
        var table = TextTable(headings: [])
        if withNamespace { table.headings.append("NAMESPACE") }
        table.headings += ["NAME"] + columns(of: type, isWide: isWide)
        for row in rows {
            var cells = withNamespace ? [row.namespace] : []
            cells += [row.name] + Self.cells(row, isWide: isWide, now: now)
            table.rows.append(cells)
        }
        return table
    }

    private static func columns(of type: ResourceType, isWide: Bool) -> [String] {
        switch type {
        case .pod: ["READY", "STATUS", "RESTARTS", "AGE"] + (isWide ? ["IP", "NODE"] : [])
        case .configMap: ["DATA", "AGE"]
        case .secret: ["TYPE", "DATA", "AGE"]
        case .service: ["TYPE", "CLUSTER-IP", "PORT(S)", "AGE"]
        case .endpoints: ["ENDPOINTS", "AGE"]
        case .node: ["STATUS", "AGE"]
        case .persistentVolumeClaim: ["STATUS", "VOLUME", "CAPACITY", "STORAGECLASS", "AGE"]
        default: ["AGE"]
        }
    }

    private static func cells(_ row: Row, isWide: Bool, now: Int64) -> [String] {
        let value = row.value
        let spec = value["spec"] ?? .null
        let status = value["status"] ?? .null
        let age = Self.age(value["metadata"]?["creationTimestamp"]?.text, now: now)
        switch row.type {
        case .pod:
            let containers = status["containerStatuses"]?.elements ?? []
            let ready = containers.count { $0["ready"] == true }
            let restarts = containers.reduce(0) { sum, container in
                let (total, isTooLarge) = sum.addingReportingOverflow(container["restartCount"]?.integer ?? 0)
                return isTooLarge ? .max : total
            }
            let phase =
                value["metadata"]?["deletionTimestamp"]?.text != nil
                ? "Terminating" : status["reason"]?.text ?? status["phase"]?.text ?? "Unknown"
            let total = spec["containers"]?.elements.count ?? 0
            return ["\(ready)/\(total)", phase, "\(restarts)", age]
                + (isWide ? [status["podIP"]?.text ?? "<none>", spec["nodeName"]?.text ?? "<none>"] : [])
        case .configMap:
            return ["\((value["data"]?.members.count ?? 0) + (value["binaryData"]?.members.count ?? 0))", age]
        case .secret: return [value["type"]?.text ?? "Opaque", "\(value["data"]?.members.count ?? 0)", age]
        case .service:
            let ports = (spec["ports"]?.elements ?? []).map {
                let node = $0["nodePort"]?.integer.flatMap { $0 > 0 ? ":\($0)" : nil } ?? ""
                return "\($0["port"]?.integer ?? 0)\(node)/\($0["protocol"]?.text ?? "TCP")"
            }
            return [
                spec["type"]?.text ?? "ClusterIP", spec["clusterIP"]?.text ?? "<none>",
                ports.isEmpty ? "<none>" : ports.joined(separator: ","), age,
            ]
        case .endpoints:
            let all = (value["subsets"]?.elements ?? []).flatMap { subset in
                (subset["addresses"]?.elements ?? []).flatMap { address in
                    (subset["ports"]?.elements ?? []).map {
                        "\(address["ip"]?.text ?? "?"):\($0["port"]?.integer ?? 0)"
                    }
                }
            }
            let shown = all.prefix(3).joined(separator: ",") + (all.count > 3 ? " + \(all.count - 3) more..." : "")
            return [all.isEmpty ? "<none>" : shown, age]
        case .node:
            let ready = status["conditions"]?.elements.first { $0["type"]?.text == "Ready" }?["status"]?.text
            return [ready == "True" ? "Ready" : ready == nil ? "Unknown" : "NotReady", age]
        case .persistentVolumeClaim:
            return [
                status["phase"]?.text ?? "Pending", spec["volumeName"]?.text ?? "",
                status["capacity"]?["storage"]?.text ?? spec["resources"]?["requests"]?["storage"]?.text ?? "",
                spec["storageClassName"]?.text ?? "", age,
            ]
        default: return [age]
        }
    }

    /// How long ago, as Kubernetes' tools say it.
    static func age(_ timestamp: String?, now: Int64) -> String {
        guard let timestamp, let created = KubernetesTimestamp.milliseconds(timestamp) else { return "<unknown>" }
        return duration(max(0, now - created) / 1000)
    }

    static func duration(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(seconds)s"
        case ..<7200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }
}
