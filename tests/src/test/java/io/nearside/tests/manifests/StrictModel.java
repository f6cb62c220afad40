package io.nearside.tests.manifests;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Objects against the model of Kubernetes' OpenAPI description, as fabric8 generates it, or, where
 * they are of a custom resource, against a schema of the fields that are used here. Unknown fields
 * and values of a wrong type are refused, as the API server does with {@code
 * fieldValidation=Strict}.
 */
final class StrictModel {
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Stream.<Class<? extends HasMetadata>>of(
              ClusterRole.class,
              ClusterRoleBinding.class,
              ConfigMap.class,
              CronJob.class,
              Deployment.class,
              HorizontalPodAutoscaler.class,
              Job.class,
              MutatingWebhookConfiguration.class,
              Namespace.class,
              NetworkPolicy.class,
              Pod.class,
              PodDisruptionBudget.class,
              Role.class,
              RoleBinding.class,
              Service.class,
              ServiceAccount.class,
              StatefulSet.class)
          .collect(
              Collectors.toMap(
                  type -> HasMetadata.getApiVersion(type) + "/" + HasMetadata.getKind(type),
                  type -> type));

  private static final ObjectMapper MAPPER = mapper();

  private StrictModel() {}

  private static ObjectMapper mapper() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .annotationIntrospector(
                new JacksonAnnotationIntrospector() {
                  // The model would keep unknown fields aside.
                  @Override
                  public Boolean hasAnySetter(Annotated method) {
                    return false;
                  }
                })
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
    for (var shape :
        List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)) {
      builder.withCoercionConfig(
          LogicalType.Textual, config -> config.setCoercion(shape, CoercionAction.Fail));
    }
    return builder.build();
  }

  /** What is wrong with an object; empty where nothing is. */
  static List<String> problems(Manifest manifest) {
    String type = manifest.apiVersion() + "/" + manifest.kind();
    Class<? extends HasMetadata> model = KINDS.get(type);
    if (model == null) {
      Optional<Schema> schema = Schema.of(manifest.kind());
      return schema.isEmpty()
          ? List.of(manifest.title() + ": no " + type + " is known")
          : schema.orElseThrow().problems(manifest.title(), manifest.tree());
    }
    try {
      MAPPER.treeToValue(manifest.tree(), model);
      return List.of();
    } catch (JsonProcessingException e) {
      return List.of(manifest.title() + ": " + e.getMessage());
    }
  }
}
