package io.nearside.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;

/** What kind of value a key has; derived from the type of its record component. */
sealed interface ValueType permits ScalarType, ChoiceType, SecretType, ListType, RecordType {

  /** The kind for a component's declared type. */
  static ValueType of(Type type) {
    if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      return new ListType(of(generic.getActualTypeArguments()[0]));
    }
    if (!(type instanceof Class<?> plain)) {
      throw new IllegalStateException("no configuration value can be a " + type);
    }
    if (plain == Secret.class) {
      return new SecretType();
    }
    if (plain.isEnum()) {
      return ChoiceType.of(plain);
    }
    for (ScalarType scalar : ScalarType.values()) {
      if (scalar.javaType() == plain) {
        return scalar;
      }
    }
    return RecordType.of(plain.asSubclass(Record.class));
  }
}
