package io.nearside.tests.image;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Class files as the image has them: without the names of local variables, which only debuggers
 * read (line numbers stay), and of a version that the AOT cache takes.
 */
final class ClassFiles {
  private static final Set<String> DROPPED = Set.of("LocalVariableTable", "LocalVariableTypeTable");

  /** The oldest version whose classes are verified by their stack maps; older are not cached. */
  private static final int WITH_STACK_MAPS = 50;

  private static final int RAISED_TO = ClassFile.JAVA_8_VERSION;
  private static final int VERSION_AT = 6;

  /** Bytes after the tag of a constant, by its tag; 0 where there is none, -1 for text. */
  private static final int[] CONSTANT_BYTES = {
    0, -1, 0, 4, 4, 8, 8, 2, 2, 4, 4, 4, 4, 0, 0, 3, 2, 4, 4, 2, 2
  };

  private static final int LONG = 5;
  private static final int DOUBLE = 6;

  private final ByteBuffer in;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);
  private String[] texts = {};

  private ClassFiles(byte[] classFile) {
    in = ByteBuffer.wrap(classFile);
  }

  /** The same class, as the image has it. */
  static byte[] slim(byte[] classFile) throws IOException {
    int version = ByteBuffer.wrap(classFile).getShort(VERSION_AT);
    return new ClassFiles(version < WITH_STACK_MAPS ? raised(classFile) : classFile).stripped();
  }

  /** The same code in a newer version, with the stack maps that this one demands. */
  private static byte[] raised(byte[] classFile) {
    ClassFile context =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(ClassFiles.class.getClassLoader())
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    ClassTransform version =
        (builder, element) ->
            builder.with(
                element instanceof ClassFileVersion ? ClassFileVersion.of(RAISED_TO, 0) : element);
    return context.transformClass(
        context.parse(classFile),
        version.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
  }

  private byte[] stripped() throws IOException {
    copy(VERSION_AT + 2);
    constants();
    copy(6);
    int interfaces = count();
    copy(2 * interfaces);
    for (int members = 0; members < 2; members++) {
      for (int left = count(); left > 0; left--) {
        copy(6);
        attributes(true);
      }
    }
    attributes(false);
    return bytes.toByteArray();
  }

  private void constants() throws IOException {
    int count = count();
    texts = new String[count];
    for (int i = 1; i < count; i++) {
      int tag = in.get();
      out.writeByte(tag);
      if (CONSTANT_BYTES[tag] < 0) {
        int length = count();
        texts[i] = new String(in.array(), in.position(), length, StandardCharsets.ISO_8859_1);
        copy(length);
      } else {
        copy(CONSTANT_BYTES[tag]);
      }
      if (tag == LONG || tag == DOUBLE) {
        i++;
      }
    }
  }

  /** Copies attributes; those of code without the dropped ones. */
  private void attributes(boolean ofMember) throws IOException {
    for (int left = count(); left > 0; left--) {
      String name = texts[in.getShort(in.position()) & 0xffff];
      copy(2);
      if (ofMember && name.equals("Code")) {
        code();
      } else {
        int length = in.getInt();
        out.writeInt(length);
        copy(length);
      }
    }
  }

  private void code() throws IOException {
    in.getInt();
    int start = in.position();
    int afterCode = start + 8 + in.getInt(start + 4);
    int head = afterCode + 2 + 8 * (in.getShort(afterCode) & 0xffff) - start;
    in.position(start + head);
    var kept = new ByteArrayOutputStream();
    int count = 0;
    for (int left = in.getShort() & 0xffff; left > 0; left--) {
      int from = in.position();
      int size = 6 + in.getInt(from + 2);
      if (!DROPPED.contains(texts[in.getShort(from) & 0xffff])) {
        kept.write(in.array(), from, size);
        count++;
      }
      in.position(from + size);
    }
    out.writeInt(head + 2 + kept.size());
    out.write(in.array(), start, head);
    out.writeShort(count);
    kept.writeTo(out);
  }

  private int count() throws IOException {
    int count = in.getShort() & 0xffff;
    out.writeShort(count);
    return count;
  }

  private void copy(int length) throws IOException {
    out.write(in.array(), in.position(), length);
    in.position(in.position() + length);
  }
}
