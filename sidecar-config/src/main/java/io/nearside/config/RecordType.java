package io.nearside.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A section of the tree, or an element of a list that has keys of its own. */
record RecordType(Class<? extends Record> javaType, List<Field> fields) implements ValueType {

  /** The whole tree. */
  static final RecordType ROOT = of(NearsideConfig.class);

  /** One key of the section. */
  record Field(String name, Setting setting, ValueType type, Method accessor) {
    /** The key's value in a record of the section. */
    Object valueIn(Object section) {
      try {
        return Objects.requireNonNull(accessor.invoke(section));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(accessor.toString(), e);
      }
    }
  }

  static RecordType of(Class<? extends Record> type) {
    List<Field> fields = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      Setting setting = Objects.requireNonNull(component.getAnnotation(Setting.class));
      ValueType valueType = ValueType.of(component.getGenericType());
      fields.add(new Field(component.getName(), setting, valueType, component.getAccessor()));
    }
    return new RecordType(type, List.copyOf(fields));
  }

  @Nullable Field field(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst().orElse(null);
  }

  /**
   * Makes the record.
   *
   * @throws ConfigException when its own constructor refuses the values
   */
  Record construct(List<Object> values) {
    try {
      Class<?>[] types =
          fields.stream().map(f -> f.accessor().getReturnType()).toArray(Class[]::new);
      Constructor<? extends Record> constructor = javaType.getDeclaredConstructor(types);
      return constructor.newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ConfigException refused) {
        throw refused;
      }
      throw new IllegalStateException(javaType.toString(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(javaType.toString(), e);
    }
  }
}
