package sqlite
import ("testing";"context";"path/filepath")
func TestZ(t *testing.T){
 d, err := open(filepath.Join(t.TempDir(), "hub.db")); if err!=nil {t.Fatal(err)}
 s, err := newSession(context.Background(), d.write); if err!=nil {t.Fatal(err)}
 t.Log(s.exec("BEGIN IMMEDIATE"), d.write.Stats().OpenConnections)
 t.Log(s.exec("create table x(a)"))
 s.discard()
 t.Log(d.write.Stats().OpenConnections)
 s, err = newSession(context.Background(), d.write); if err!=nil {t.Fatal(err)}
 t.Log(s.exec("BEGIN IMMEDIATE"))
}
