extension SchemaText {
    /// The smaller groups.
    static let others = """
        @coordination v1 coordination.k8s.io
        Lease*: Who leads, or lives, and until when.
          spec LeaseSpec: Who and until when.
        LeaseSpec: Who holds a lease.
          acquireTime micro: Since when.
          holderIdentity str: Who.
          leaseDurationSeconds int: How long it lasts without renewal.
          leaseTransitions int: How often it changed hands.
          preferredHolder str: Who is to have it next.
          renewTime micro: When it was last renewed.
          strategy str: How holders are picked.
        @discovery v1 discovery.k8s.io
        EndpointSlice*: A part of the addresses behind a service.
          addressType! str: IPv4, IPv6 or FQDN.
          endpoints! [Endpoint]: The addresses.
          ports [EndpointPort]: Their ports.
        Endpoint: An address behind a service.
          addresses! [str]: The address.
          conditions EndpointConditions: Its state.
          deprecatedTopology {str}: No longer used.
          hints EndpointHints: For whom it is meant.
          hostname str: Its name.
          nodeName str: Its node.
          targetRef core.ObjectReference: What stands behind it.
          zone str: Its zone.
        EndpointConditions: The state of an address.
          ready bool: Whether it may get traffic.
          serving bool: Whether it answers.
          terminating bool: Whether it is ending.
        EndpointHints: For whom an address is meant.
          forZones [ForZone]: Zones.
        ForZone: A zone.
          name! str: Its name.
        EndpointPort: A port.
          appProtocol str: The protocol spoken.
          name str: Its name.
          port int: The port.
          protocol str: TCP, UDP or SCTP.
        @events v1 events.k8s.io
        Event*: Something that happened.
          action str: What was done.
          deprecatedCount int: How often.
          deprecatedFirstTimestamp time: When it happened first.
          deprecatedLastTimestamp time: When it happened last.
          deprecatedSource core.EventSource: Who says so.
          eventTime! micro: When it was first seen.
          note str: In a sentence.
          reason str: In a word.
          regarding core.ObjectReference: To what.
          related core.ObjectReference: What else it is about.
          reportingController str: Who says so.
          reportingInstance str: Which of them.
          series EventSeries: Its repetitions.
          type str: Normal or Warning.
        EventSeries: Repetitions of an event.
          count! int: How many.
          lastObservedTime! micro: When it was last seen.
        @certificates v1 certificates.k8s.io
        CertificateSigningRequest*: A request for a certificate.
          spec! CertificateSigningRequestSpec: What is asked for.
          status CertificateSigningRequestStatus: What was decided.
        CertificateSigningRequestSpec: What is asked for.
          expirationSeconds int: How long it shall be valid.
          extra {[str]}: More about who asks.
          groups [str]: The groups of who asks.
          request! bytes: The request, PEM in base64.
          signerName! str: Who is to sign.
          uid str: The identity of who asks.
          usages [str]: What the key is for.
          username str: Who asks.
        CertificateSigningRequestStatus: What was decided.
          certificate bytes: The certificate, PEM in base64.
          conditions [CertificateSigningRequestCondition]: Whether it was approved.
        CertificateSigningRequestCondition: One aspect of the decision.
          lastTransitionTime time: When the status last changed.
          lastUpdateTime time: When it was last written.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: Approved, Denied or Failed.
        @policy v1 policy
        PodDisruptionBudget*: How many pods may be taken away at once.
          spec PodDisruptionBudgetSpec: What is wanted.
          status PodDisruptionBudgetStatus: What is so.
        PodDisruptionBudgetSpec: What is wanted.
          maxUnavailable intstr: How many may be missing.
          minAvailable intstr: How many have to be there.
          selector meta.LabelSelector @replace: The pods.
          unhealthyPodEvictionPolicy str: IfHealthyBudget or AlwaysAllow.
        PodDisruptionBudgetStatus: What is so.
          conditions [meta.Condition] @type: Aspects of its state.
          currentHealthy! int: Pods that are well.
          desiredHealthy! int: Pods that have to be well.
          disruptedPods {time}: Pods that are being taken away.
          disruptionsAllowed! int: How many may be taken away now.
          expectedPods! int: Pods that are counted.
          observedGeneration long: The generation this tells of.
        Eviction*: Takes a pod away, if a budget allows it.
          deleteOptions any: How it is deleted.
        @networking v1 networking.k8s.io
        Ingress*: How requests from outside reach services.
          spec IngressSpec: What is wanted.
          status IngressStatus: What is so.
        IngressSpec: What is wanted of an ingress.
          defaultBackend IngressBackend: Where requests go that fit no rule.
          ingressClassName str: The class.
          rules [IngressRule]: The rules.
          tls [IngressTLS]: Certificates.
        IngressRule: Where requests to one host go.
          host str: The host.
          http HTTPIngressRuleValue: By path.
        HTTPIngressRuleValue: Where requests go by path.
          paths! [HTTPIngressPath]: The paths.
        HTTPIngressPath: Where requests to a path go.
          backend! IngressBackend: There.
          path str: The path.
          pathType! str: Exact, Prefix or ImplementationSpecific.
        IngressBackend: Where requests go.
          resource core.TypedLocalObjectReference: An object.
          service IngressServiceBackend: A service.
        IngressServiceBackend: A service.
          name! str: Its name.
          port ServiceBackendPort: Its port.
        ServiceBackendPort: A port of a service.
          name str: By name.
          number int: By number.
        IngressTLS: A certificate.
          hosts [str]: Its hosts.
          secretName str: The secret that holds it.
        IngressStatus: What is so of an ingress.
          loadBalancer any: Where it is reached.
        IngressClass*: A sort of ingress.
          spec IngressClassSpec: Who looks after it.
        IngressClassSpec: Who looks after a class.
          controller str: The controller.
          parameters any: An object with its settings.
        NetworkPolicy*: Who may talk with pods.
          spec NetworkPolicySpec: The rules.
        NetworkPolicySpec: The rules.
          egress [NetworkPolicyEgressRule]: To whom pods may talk.
          ingress [NetworkPolicyIngressRule]: Who may talk to pods.
          podSelector! meta.LabelSelector: The pods.
          policyTypes [str]: Ingress, Egress.
        NetworkPolicyEgressRule: To whom pods may talk.
          ports [NetworkPolicyPort]: On these ports.
          to [NetworkPolicyPeer]: To these.
        NetworkPolicyIngressRule: Who may talk to pods.
          from [NetworkPolicyPeer]: These.
          ports [NetworkPolicyPort]: On these ports.
        NetworkPolicyPort: Ports.
          endPort int: The last port of a range.
          port intstr: The port.
          protocol str: TCP, UDP or SCTP.
        NetworkPolicyPeer: Somebody to talk with.
          ipBlock IPBlock: Addresses.
          namespaceSelector meta.LabelSelector: Namespaces.
          podSelector meta.LabelSelector: Pods.
        IPBlock: Addresses.
          cidr! str: The addresses.
          except [str]: But not these.
        @rbac v1 rbac.authorization.k8s.io
        Role*: Rights in a namespace.
          rules [PolicyRule]: The rights.
        ClusterRole*: Rights in the whole cluster.
          aggregationRule AggregationRule: Other roles whose rights it has.
          rules [PolicyRule]: The rights.
        AggregationRule: Roles whose rights another has.
          clusterRoleSelectors [meta.LabelSelector]: Those roles.
        PolicyRule: A right.
          apiGroups [str]: The groups.
          nonResourceURLs [str]: Paths that are no objects.
          resourceNames [str]: The objects' names; all unless set.
          resources [str]: The resources.
          verbs! [str]: What may be done.
        RoleBinding*: Who has a role in a namespace.
          roleRef! RoleRef: The role.
          subjects [Subject]: Who.
        ClusterRoleBinding*: Who has a role in the whole cluster.
          roleRef! RoleRef: The role.
          subjects [Subject]: Who.
        RoleRef: A role.
          apiGroup! str: Its group.
          kind! str: Role or ClusterRole.
          name! str: Its name.
        Subject: Somebody.
          apiGroup str: The group of the kind.
          kind! str: User, Group or ServiceAccount.
          name! str: The name.
          namespace str: The namespace of a service account.
        @scheduling v1 scheduling.k8s.io
        PriorityClass*: How important pods are.
          description str: When to use it.
          globalDefault bool: Whether pods without a class get it.
          preemptionPolicy str: PreemptLowerPriority or Never.
          value! int: The priority.
        @node v1 node.k8s.io
        RuntimeClass*: A runtime for containers.
          handler! str: Its name on the nodes.
          overhead Overhead: What it costs.
          scheduling Scheduling: The nodes that have it.
        Overhead: What a runtime costs.
          podFixed {qty}: For each pod.
        Scheduling: The nodes that have a runtime.
          nodeSelector {str}: Their labels.
          tolerations [core.Toleration]: Their taints.
        @authentication v1 authentication.k8s.io
        TokenReview*: Asks whose token this is.
          spec! TokenReviewSpec: The token.
          status any: The answer.
        TokenReviewSpec: A token.
          audiences [str]: Whom it shall be for.
          token str: The token.
        SelfSubjectReview*: Asks who I am.
          status any: The answer.
        TokenRequest*: Asks for a token.
          spec! TokenRequestSpec: What for.
          status any: The token.
        TokenRequestSpec: What a token is for.
          audiences! [str]: Whom it is for.
          boundObjectRef any: The object it ends with.
          expirationSeconds long: How long it shall be valid.
        @authorization v1 authorization.k8s.io
        SelfSubjectAccessReview*: Asks whether I may.
          spec! SelfSubjectAccessReviewSpec: What.
          status any: The answer.
        SelfSubjectAccessReviewSpec: What I would do.
          nonResourceAttributes any: With a path.
          resourceAttributes any: With an object.
        SelfSubjectRulesReview*: Asks what I may.
          spec! SelfSubjectRulesReviewSpec: Where.
          status any: The answer.
        SelfSubjectRulesReviewSpec: Where.
          namespace str: The namespace.
        SubjectAccessReview*: Asks whether somebody may.
          spec! SubjectAccessReviewSpec: Who and what.
          status any: The answer.
        LocalSubjectAccessReview*: Asks whether somebody may, in a namespace.
          spec! SubjectAccessReviewSpec: Who and what.
          status any: The answer.
        SubjectAccessReviewSpec: Who would do what.
          extra {[str]}: More about who.
          groups [str]: Their groups.
          nonResourceAttributes any: With a path.
          resourceAttributes any: With an object.
          uid str: Their identity.
          user str: Who.
        """
}
