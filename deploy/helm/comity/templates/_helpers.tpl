{{/* The release's name, with the chart's unless it says it already. 63 characters is a label's limit. */}}
{{- define "comity.name" -}}
{{- $name := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* What selects the server's pods. The component keeps the test's pod out of the Service. */}}
{{- define "comity.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end -}}

{{- define "comity.labels" -}}
{{ include "comity.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "comity.policy" -}}
{{- .Values.policy.existingConfigMap | default (printf "%s-policy" (include "comity.name" .)) -}}
{{- end -}}

{{/* Refuses values that would do nothing, or that the API server would refuse. */}}
{{- define "comity.sound" -}}
{{- if and (not .Values.http.enabled) (or .Values.http.corsOrigins .Values.http.coralSecretsName) -}}
{{- fail "`http.corsOrigins` and `http.coralSecretsName` need `http.enabled: true`." -}}
{{- else if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail "`autoscaling.minReplicas` is more than `autoscaling.maxReplicas`." -}}
{{- else if and (eq .Values.strategy.type "Recreate") .Values.strategy.rollingUpdate -}}
{{- fail "`strategy.rollingUpdate` is of RollingUpdate: set it to null with `type: Recreate`." -}}
{{- end -}}
{{- end -}}

{{/* The flags of the way that callers come in. */}}
{{- define "comity.transport" -}}
{{- if and .Values.insecure .Values.tls.secretName -}}
{{- fail "Both `insecure` and `tls.secretName` are set. For TLS, set `insecure: false`: a secret that goes missing must not turn into plain text." -}}
{{- else if and .Values.tls.clientCaSecretName (not .Values.tls.secretName) -}}
{{- fail "`tls.clientCaSecretName` needs `tls.secretName`: mutual TLS is TLS first." -}}
{{- else if .Values.insecure -}}
- --insecure
{{- else if .Values.tls.secretName -}}
- --tls-cert=/etc/comity/tls/tls.crt
- --tls-key=/etc/comity/tls/tls.key
{{- if .Values.tls.clientCaSecretName }}
- --tls-client-ca=/etc/comity/client-ca/ca.crt
{{- end }}
{{- else -}}
{{- fail "Neither `tls.secretName` nor `insecure: true` is set. Name a TLS secret, or say that plain text is meant." -}}
{{- end -}}
{{- end -}}
