import MetaManagerApp
import Testing

@Suite struct EdgeCoreFormTests {
    static let file = """
        apiVersion: edgecore.config.kubeedge.io/v1alpha2
        kind: EdgeCore
        database:
          aliasName: default
          dataSource: /data/edgecore.db
          driverName: sqlite3
        featureGates: {requireAuthorization: true}
        modules:
          dbTest: {enable: false}
          eventBus: {enable: true, mqttMode: 2}
          edgeHub:
            enable: true
            heartbeat: 20
            httpServer: https://192.0.2.1:10002
            messageBurst: 61
            messageQPS: 31
            projectID: p1
            quic: {enable: false}
            rotateCertificates: false
            tlsCaFile: /etc/kubeedge/ca/other.crt
            token: "canary"
            websocket: {enable: true, handshakeTimeout: 31, readDeadline: 15, server: "192.0.2.1:10000", writeDeadline: 16}
          edged:
            hostnameOverride: Edge-7
            nodeIP: 192.0.2.7
            nodeLabels: {zone: a}
            registerNodeNamespace: default
            tailoredKubeletConfig: {registerNode: true, cgroupDriver: systemd}
          metaManager:
            contextSendGroup: hub
            contextSendModule: websocket
            enable: true
            remoteQueryTimeout: 40
            metaServer: {enable: true, server: "127.0.0.1:10551", apiAudiences: [edge], serviceAccountIssuers: [i1], dummyServer: "169.254.30.10:10550"}
        """

    @Test func `a node is taken over with the file it has`() throws {
        let configuration = try configuration(Self.file)
        let settings = configuration.settings
        #expect(settings.meta.databasePath == "/data/edgecore.db")
        #expect(settings.meta.remoteQueryTimeout == .seconds(40))
        #expect(settings.edgeHub.url == "wss://192.0.2.1:10000/p1/edge-7/events")
        #expect(settings.edgeHub.heartbeat == .seconds(20))
        #expect(settings.edgeHub.httpURL == "https://192.0.2.1:10002")
        #expect(settings.edgeHub.token == "canary")
        #expect(settings.edgeHub.qps == 31 && settings.edgeHub.burst == 61)
        #expect(!settings.edgeHub.rotateCertificates)
        #expect(settings.edgeHub.caFile == "/etc/kubeedge/ca/other.crt")
        #expect(settings.edgeHub.certFile == "/etc/kubeedge/certs/server.crt")
        #expect(settings.node.register && settings.node.labels == ["zone": "a"])
        #expect(settings.metaServer.server == "127.0.0.1:10551")
        #expect(settings.metaServer.serviceAccountAudiences == ["edge"])
        #expect(settings.metaServer.serviceAccountIssuer == "i1")
        #expect(
            configuration.notices == [
                "settings of parts that are not here are ignored: featureGates, modules.dbTest, modules.eventBus, "
                    + "modules.edgeHub.quic, modules.edged.tailoredKubeletConfig.cgroupDriver, "
                    + "modules.metaManager.metaServer.dummyServer"
            ])
    }

    @Test func `what the file leaves out has KubeEdge's folders, and any key can still be set`() throws {
        let small = "apiVersion: edgecore.config.kubeedge.io/v1alpha1\nkind: EdgeCore\n"
        let settings = try configuration(small, flags: ["edgehub.controller.node-id=n2", "log.level=debug"]).settings
        #expect(settings.meta.databasePath == "/var/lib/kubeedge/edgecore.db")
        #expect(settings.meta.keyFile == "/var/lib/kubeedge/key")
        #expect(settings.edgeHub.keyFile == "/etc/kubeedge/certs/server.key")
        #expect(settings.edgeHub.nodeID == "n2")
        #expect(settings.log.level == "debug")
    }

    @Test func `what is switched off is off`() throws {
        let head = "apiVersion: edgecore.config.kubeedge.io/v1alpha1\nkind: EdgeCore\nmodules:\n"
        #expect(try configuration(head + "  edgeHub: {enable: false}").settings.edgeHub.link == .none)
        let server = try configuration(head + "  metaManager: {metaServer: {enable: false, server: '127.0.0.1:1'}}")
        #expect(server.settings.metaServer.server == nil)
    }

    @Test func `its faults name its own keys and lines`() {
        let text = "apiVersion: v2\nkind: EdgeCore\nmodules:\n  edgeHub:\n    heartbeat: often\n    messageQPS: -1\n"
        let found = problems(text)
        #expect(found.count == 3)
        #expect(found.map { $0.prefix(7) } == ["line 1:", "line 5:", "line 6:"])
        #expect(found.last?.contains("modules.edgeHub.messageQPS: -1 is out of range") == true)
    }
}
