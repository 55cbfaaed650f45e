#include "go_asm.h"
#include "textflag.h"

DATA quote<>+0(SB)/1, $0x22
GLOBL quote<>(SB), RODATA|NOPTR, $1
DATA backslash<>+0(SB)/1, $0x5c
GLOBL backslash<>(SB), RODATA|NOPTR, $1
DATA lineEnd<>+0(SB)/1, $0x0a
GLOBL lineEnd<>(SB), RODATA|NOPTR, $1

// FIND sets the bits of a register at the bytes of the block in Y3 and Y4 that
// are the one in a vector. It changes Y5, Y6 and R12.
#define FIND(vector, to) \
	VPCMPEQB  Y3, vector, Y5 \
	VPCMPEQB  Y4, vector, Y6 \
	VPMOVMSKB Y5, to         \
	VPMOVMSKB Y6, R12        \
	SHLQ      $32, R12       \
	ORQ       R12, to

// MARK stores the mark of the first line end of DX at R11: quotes are those
// before the block, R13, and those of BX up to it. It changes AX and R12.
#define MARK \
	BLSMSKQ DX, R12          \
	ANDQ    BX, R12          \
	POPCNTQ R12, R12         \
	ADDQ    R13, R12         \
	TZCNTQ  DX, AX           \
	LEAQ    1(SI)(AX*1), AX  \
	MOVL    AX, mark_end(R11) \
	MOVL    R12, mark_quotes(R11)

// func markLinesAVX2(b []byte, marks *[marksAtOnce]mark) int
//
// SI is the offset of the block in DI, CX that of the last one. R11 is where the
// next mark goes, R10 up to where there is room for those of a block. R8 is 1
// where the block's first byte is escaped by the one before it.
TEXT ·markLinesAVX2(SB), NOSPLIT, $0-40
	MOVQ b_base+0(FP), DI
	MOVQ b_len+8(FP), CX
	MOVQ marks+24(FP), R11
	LEAQ (const_marksAtOnce-const_marksPerBlock)*mark__size(R11), R10
	XORQ SI, SI
	XORQ R8, R8
	XORQ R13, R13
	SUBQ $64, CX
	JLT  done

	VPBROADCASTB quote<>(SB), Y0
	VPBROADCASTB backslash<>(SB), Y1
	VPBROADCASTB lineEnd<>(SB), Y2

block:
	VMOVDQU (DI)(SI*1), Y3
	VMOVDQU 32(DI)(SI*1), Y4
	FIND(Y1, AX)
	FIND(Y0, BX)
	FIND(Y2, DX)

	// R9 is the bytes behind a backslash. Where none of them is a backslash, they
	// are what is escaped.
	LEAQ  (R8)(AX*2), R9
	TESTQ AX, R9
	JNZ   backslashes
	SHRQ  $63, AX
	MOVQ  AX, R8

escaped:
	ANDNQ BX, R9, BX

	// A mark is stored in any case, and kept where a line ends: to jump over it
	// would be guessed wrong for most lines.
	MARK
	XORL  AX, AX
	BLSRQ DX, R12
	TESTQ DX, DX
	SETNE AX
	LEAQ  (R11)(AX*mark__size), R11
	TESTQ R12, R12
	JNZ   more

marked:
	POPCNTQ BX, BX
	ADDQ    BX, R13
	ADDQ    $64, SI
	CMPQ    SI, CX
	JGT     done
	CMPQ    R11, R10
	JLS     block

done:
	VZEROUPPER
	SUBQ marks+24(FP), R11
	SHRQ $3, R11
	MOVQ R11, ret+32(FP)
	RET

more:
	BLSRQ DX, DX
	JZ    marked
	MARK
	ADDQ  $mark__size, R11
	JMP   more

	// Backslashes one by one from the first on: each that is not escaped itself
	// escapes the byte behind it, which may be in the next block.
backslashes:
	MOVQ R8, R9
	NOTQ R8
	ANDQ R8, AX
	XORQ R8, R8

next:
	TESTQ AX, AX
	JZ    escaped
	MOVQ  AX, R12
	NEGQ  R12
	ANDQ  AX, R12
	XORQ  R12, AX
	ADDQ  R12, R12
	ADCQ  $0, R8
	ORQ   R12, R9
	NOTQ  R12
	ANDQ  R12, AX
	JMP   next
