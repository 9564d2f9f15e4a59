package pictures

import (
	"bytes"
	"encoding/binary"
)

// orientation is how a camera held the picture of a JPEG file (EXIF 2.32,
// §4.6.4, tag 274), 1 to 8; 1 if the file does not say.
func orientation(file []byte) int {
	for at := 2; at+4 <= len(file) && file[at] == 0xff; { // after the start of the image
		marker, length := file[at+1], int(binary.BigEndian.Uint16(file[at+2:]))
		if marker == 0xda || length < 2 || at+2+length > len(file) { // the picture itself begins
			return 1
		}
		if segment := file[at+4 : at+2+length]; marker == 0xe1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return oriented(segment[6:])
		}
		at += 2 + length
	}
	return 1
}

// oriented reads the tag in the first directory of a TIFF header.
func oriented(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	directory := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		const entry = 12 // bytes
		if len(directory) < entry {
			return 1
		}
		if order.Uint16(directory) == 274 {
			if o := int(order.Uint16(directory[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		directory = directory[entry:]
	}
	return 1
}
